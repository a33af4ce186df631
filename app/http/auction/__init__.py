"""The endpoints of the auction, from bytes to bytes."""
