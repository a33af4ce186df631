"""Pure rules of who is let in to the console by the word of others."""
