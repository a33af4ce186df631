"""What bounds whoever asks: rates, quotas, and what is written of those without a key."""
