"""What operators do as the running service hears of it: their keys, and the log of their acts."""
