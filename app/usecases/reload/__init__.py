"""A changed file: when it is taken, what it changes, and what becomes of the bids that were made before it."""
