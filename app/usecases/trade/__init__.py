"""What pages are made from that show the trade of some time."""
