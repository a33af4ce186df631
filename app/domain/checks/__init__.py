"""Checks by providers: what the buyer declares of each, what an answer means, and what an unknown does."""
