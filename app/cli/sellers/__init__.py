"""Commands about the sellers of a buyer."""
