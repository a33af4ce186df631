"""Gather, decide, apply: each thing the service does, from end to end."""
