"""Pure rules of what operators may do while the service runs, and of the log of their acts."""
