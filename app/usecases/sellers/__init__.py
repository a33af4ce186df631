"""What is shown of sellers, and what is done to their keys."""
