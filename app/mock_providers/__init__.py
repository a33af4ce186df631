"""Fake providers of certificates: they answer as the real ones do, every documented error and quirk included."""
