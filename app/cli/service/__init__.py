"""Commands that run, check or test a service."""
