"""Several replicas on one PostgreSQL, as processes of this machine, and what deals requests among them."""
