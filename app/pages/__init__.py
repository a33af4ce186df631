"""Pages with plots as single files that need nothing from elsewhere."""
