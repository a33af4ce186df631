"""From a trained version to the one that bids, and back."""
