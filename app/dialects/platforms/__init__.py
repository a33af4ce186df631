"""How each platform says our answers: one module a platform, pure, in its own words and HTTP codes."""
