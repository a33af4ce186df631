"""A trained artefact in, as plain numbers; one verified function of a lead's facts out."""
