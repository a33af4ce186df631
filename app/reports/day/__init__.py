"""One business day in numbers: the trade by the quarter of an hour, and what moved prices and filled caps."""
