"""What we know of one lead, from its ping to its outcome: as facts, as text and as a page."""
