"""How jobs and statements reach either database, with the same promises on both."""
