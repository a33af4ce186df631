"""Runs jobs and statements on either database, with the same guarantees."""
