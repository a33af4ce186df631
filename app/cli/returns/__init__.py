"""Commands about money: leads that are given back, and what is owed to sellers in the end."""
