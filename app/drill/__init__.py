"""Breaks the service in earnest, and sees whether it keeps its promises."""
