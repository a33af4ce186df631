"""Which campaign bids how much for one ping: `decide` and the rules that it stands on."""
