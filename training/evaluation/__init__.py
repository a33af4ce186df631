"""What a policy would have earned, and how sure that is: estimates from a log, and the report on them."""
