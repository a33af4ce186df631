"""The buyer's day so far: counted as the journal grows, and shown beside how the service is."""
