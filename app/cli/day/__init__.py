"""One business day as a page for the buyer, in numbers and plots from the journal and the exchange."""
