"""`buyer.toml` as a file: read, edited, and its problems named by line."""
