"""Several replicas on one PostgreSQL, of which some die or stop, while sellers reach any of them."""
