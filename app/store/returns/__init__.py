"""Leads that are given back: asked, answered and credited, each in one transaction with all that follows from it."""
