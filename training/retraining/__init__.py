"""Trains new versions from a service's own history."""
