"""Providers are asked about leads before they are bought; certificates of bought leads are stored."""
