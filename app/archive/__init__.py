"""Where the past goes: object stores, from which warehouses read."""
