"""Providers of certificates and of scrubs: what they are asked about a lead, and what their answers mean."""
