"""Models fitted elsewhere, read by the libraries that wrote them and written down as the service computes them."""
