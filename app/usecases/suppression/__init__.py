"""People who may not be bought, as operators and registries name them."""
