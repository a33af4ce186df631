"""Versions of a model: which exist, which bid, and who decided that."""
