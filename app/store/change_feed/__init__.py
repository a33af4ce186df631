"""What one replica must know of another: told in the transaction that did it, read by all."""
