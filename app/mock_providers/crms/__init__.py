"""Fake CRMs: one for each preset of a destination, which answers as the real one does, failures included."""
