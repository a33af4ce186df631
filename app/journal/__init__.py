"""What was decided and why: an append-only log in files, never in the database."""
