"""Whose leads we have: found by any of their names, told as a whole, held for a dispute, and erased."""
