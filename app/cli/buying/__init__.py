"""What campaigns come to now, and what it takes to win."""
