"""Which model is fitted, and what of a lead it reads together: chosen by what later leads are better for."""
