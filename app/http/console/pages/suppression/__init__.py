"""People who may not be bought."""
