"""Metrics and log texts of a running service, without identities."""
