"""Damages files at rest, a byte at a time, and sees what a service makes of them."""
