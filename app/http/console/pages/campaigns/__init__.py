"""The pages of campaigns, and how they are steered."""
