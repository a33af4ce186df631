"""Commands that read the records of a service."""
