"""Migrations of the database, applied by `leadbid migrate` and by SQLite's own start."""
