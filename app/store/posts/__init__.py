"""What becomes of posts in the database."""
