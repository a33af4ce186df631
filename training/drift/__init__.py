"""Whether the world has moved since a model learned it."""
