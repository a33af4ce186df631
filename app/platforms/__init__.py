"""Seller platforms, a folder each: our answers in its words, how it sends a lead, how it reads us, its set-up form."""
