"""Commands about money: what leads cost and bring, what is given back, and what is owed to sellers in the end."""
