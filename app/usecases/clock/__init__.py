"""The time that the service lives by, whatever is done to the clock of its machine."""
