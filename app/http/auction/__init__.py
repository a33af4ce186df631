"""The doors of the auction, from bytes to bytes."""
