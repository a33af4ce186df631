"""One posted lead: `judge`, the sale, and its disposition."""
