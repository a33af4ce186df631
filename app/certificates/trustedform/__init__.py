"""TrustedForm's certificate API, version 4.0."""
