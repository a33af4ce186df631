"""How rivals bid, learned from auctions won and lost."""
