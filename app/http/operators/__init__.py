"""Endpoints for the buyer's people and systems: what they ask for while the service runs, and what they look at."""
