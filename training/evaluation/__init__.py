"""What a model and its policy would have earned, and how sure that is: proof before money moves."""
