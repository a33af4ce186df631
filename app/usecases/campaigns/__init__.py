"""What campaigns come to now, gathered for pages and commands alike."""
