"""Returns: what may be given back to a seller, what its answer does, and what is owed in the end."""
