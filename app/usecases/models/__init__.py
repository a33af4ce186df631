"""Which models price, how they do, and how an operator changes that while the service runs."""
