"""What proof of consent is demanded, and what a certificate is."""
