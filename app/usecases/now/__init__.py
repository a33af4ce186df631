"""What the first page of the console is made from."""
