"""Commands that read what a bidder wrote down."""
