"""Deliveries: a bought lead in a CRM's own words, and what its answer means for the lead."""
