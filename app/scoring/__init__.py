"""Loads a trained artifact of plain numbers, and compiles a verified function of a lead's fields."""
