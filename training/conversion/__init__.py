"""Conversion models: trained, calibrated, evaluated, and written as numbers that the service reads."""
