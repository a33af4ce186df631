"""What should be looked at, and when who is told of it."""
