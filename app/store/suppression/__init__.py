"""People who may not be bought: one by one, and by the lists of others."""
