"""Learns what a conversion brings."""
