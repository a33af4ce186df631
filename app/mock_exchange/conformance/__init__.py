"""Plays each platform's client against a buyer's endpoint, to see whether that platform would understand it."""
