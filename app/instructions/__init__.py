"""The posting instructions of one seller, as one value from which every document about them is made. Pure."""
