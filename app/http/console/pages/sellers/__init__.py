"""Sellers as the buyer sees them: scorecards to the sub-source, tests and keys."""
