"""The value of a lead, the win probability of a bid, and the price."""
