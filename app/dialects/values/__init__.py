"""Reads one value of a request, of whatever type, as the declared kind; never as personal data."""
