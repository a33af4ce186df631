"""What somebody should look at: rules over a service, its database and its journal, each with its evidence."""
