"""Certificates of bought leads that are still to be stored with their provider."""
