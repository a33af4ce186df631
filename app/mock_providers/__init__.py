"""Fake providers of certificates and fake CRMs: they answer as the real ones do, every documented error included."""
