"""How each campaign buys now: its caps, what makes its prices, where it buys, and what a higher price would win."""
