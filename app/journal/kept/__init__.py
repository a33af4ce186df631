"""Lines of the journal that are still needed after they were written."""
