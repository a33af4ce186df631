"""Pings and leads: found, derived, told to their end, and decided again with other terms."""
