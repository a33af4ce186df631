"""A year of trade in stepped time, with a fault every hour: `run` lives it, and finds what a service did wrong."""
