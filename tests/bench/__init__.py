"""What a ping, a decision and a post cost, as ratios within one run: `make bench`."""
