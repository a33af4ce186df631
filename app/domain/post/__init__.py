"""One posted lead: `judge`, the sale, and what became of it."""
