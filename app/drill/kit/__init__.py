"""What drills stand on: a service, sellers, a CRM, a database server, and a look into the books."""
