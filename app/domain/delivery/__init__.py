"""Delivering a bought lead: destination, credentials, retries, and the meaning of answers."""
