"""Reports from the journal and the database."""
