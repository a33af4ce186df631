"""Deliveries: what waits, what did not arrive, and how to send it again."""
