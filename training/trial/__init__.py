"""Compares a version with the live one, on logged pings or in a trial."""
