"""Versions of a model: which there are, which bid, and who said so."""
