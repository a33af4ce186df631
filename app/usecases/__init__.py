"""Gather, decide, apply: each thing the service does for somebody, from end to end."""
