"""The only SQL: leads, sales, money and deliveries in SQLite or PostgreSQL, by one set of statements."""
