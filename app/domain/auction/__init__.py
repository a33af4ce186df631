"""Which campaign bids how much for one ping: `decide` and its rules."""
