"""Outbound delivery: a bought lead in a CRM's own words, to a vetted address, with its answer understood."""
