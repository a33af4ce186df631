"""Drift between the training window of a model and recent bids."""
