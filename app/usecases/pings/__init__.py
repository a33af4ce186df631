"""What people ask of pings: which there were, why one got its bid or none, what became of it, and what if."""
