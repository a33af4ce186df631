"""A new version out of a bidder's own history."""
