"""A request's bytes as one flat mapping: JSON, XML, forms, and documents inside forms."""
