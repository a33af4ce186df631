"""Pings as people look at them: found by what is known of them, one decision derived term by term, and what if."""
