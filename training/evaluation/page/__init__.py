"""An evaluation as one HTML file: what to see in every plot is said beside it."""
