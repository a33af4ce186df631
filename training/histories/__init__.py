"""Labelled leads, wherever they come from, as one value."""
