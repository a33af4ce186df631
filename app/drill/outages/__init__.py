"""No sale can be recorded: the database is locked, gone, full, or does not answer."""
