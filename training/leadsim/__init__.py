"""The house market: made-up auctions in which pricing policies are compared, each through the real `decide`."""
