"""What leads cost and bring, what is owed for them, and what is to be expected."""
