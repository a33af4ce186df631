"""The simulated market, in which pricing policies are compared with a truth that no other module may import."""
