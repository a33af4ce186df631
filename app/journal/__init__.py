"""The decision log: append-only files, never in the database."""
