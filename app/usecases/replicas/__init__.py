"""Several bidders on one database: each tells the others what it promises, and one of them paces."""
