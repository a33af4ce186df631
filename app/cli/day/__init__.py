"""One business day as a page for the buyer: what the journal and the exchange tell, told in numbers and plots."""
