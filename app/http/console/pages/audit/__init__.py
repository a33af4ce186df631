"""The log of operators' acts."""
