"""What monitoring asks a running service: its metrics, and whether it can bid and buy."""
