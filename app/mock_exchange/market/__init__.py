"""A market of buyers for one lead: a client that asks any of them and trusts none, and the rivals of our service."""
