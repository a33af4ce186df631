"""The page that says how things are now."""
