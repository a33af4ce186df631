"""Feeds the reports on money from the database."""
