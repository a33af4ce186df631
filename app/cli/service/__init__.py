"""Commands that run, check or try a bidder."""
