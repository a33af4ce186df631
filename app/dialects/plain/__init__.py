"""Pings in JSON with every field under our own name and in our own form, which are read in one pass."""
