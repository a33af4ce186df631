"""Cuts the power: what was written and not waited for is gone, torn, or there without what came before it."""
