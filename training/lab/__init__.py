"""The house market: a made-up trade in which pricing policies can be held against a truth that nobody else may see."""
