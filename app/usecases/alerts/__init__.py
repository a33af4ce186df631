"""Looks for what needs attention while the service runs, and tells those who want to know."""
