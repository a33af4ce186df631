"""Leads on their way to CRMs: the outbox that is also the claim, and the destinations that are switched off."""
