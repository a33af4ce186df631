"""Plays each platform's client against a buyer's endpoint, and says whether that platform would understand it."""
