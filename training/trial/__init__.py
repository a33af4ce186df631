"""How a version would have done, or does, beside the live one."""
