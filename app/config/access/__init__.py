"""Builds what the file says of who is let in to the console."""
