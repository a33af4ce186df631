"""More than can be answered, or what costs more than it should."""
