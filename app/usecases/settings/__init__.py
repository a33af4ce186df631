"""Gathers the settings in force and what differs from them."""
