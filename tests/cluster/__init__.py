"""Several replicas on one PostgreSQL behind one address, as local processes."""
