"""What leadbid is made of: whether each part's license is one that we take, and whether a hole in it is known."""
