"""Returns while the service runs: asked for by rule, answered by sellers, credited at once."""
