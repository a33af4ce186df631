"""Whoever has signed in, its password, and who else has."""
