"""The models that price: what their cards say, how they do on matured leads now, and what is tried beside them."""
