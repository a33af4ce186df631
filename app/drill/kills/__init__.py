"""The process ends at any instant."""
