"""The models that price: what they say, how that held, and what is tried."""
