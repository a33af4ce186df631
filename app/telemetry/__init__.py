"""What a running bidder counts and says: every metric once, no identity in any."""
