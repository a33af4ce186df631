"""What a lead is worth, how likely a bid wins, and what is bid."""
