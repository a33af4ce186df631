"""Deliveries: writes a bought lead in the format of a CRM, and interprets its answer."""
