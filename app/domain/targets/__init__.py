"""What a campaign is to reach over a window: cost, return, volume and spread of its purchases, steered by prices."""
