"""Reads the columns of a file that nobody has declared: what they are called, how they are written, what they hold."""
