"""Estimates what a model and its policy would have earned, and how certain that is."""
