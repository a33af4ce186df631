"""The buyer's file: read as humans write it, checked for what it means, and told apart from what it cannot mean."""
