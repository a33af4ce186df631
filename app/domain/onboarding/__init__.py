"""What helps a seller from its first test to its first sale."""
