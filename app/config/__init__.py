"""Reads and checks the buyer's file, and reports every problem with its line, reason and remedy."""
