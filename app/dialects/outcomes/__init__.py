"""What CRMs report of leads: their words for it, and the forms of their webhooks."""
