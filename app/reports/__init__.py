"""What a journal and a database tell about all that was done."""
