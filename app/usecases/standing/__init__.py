"""The state between two pings: live bids, caps, operators' requests, habits, known people. Only values change it."""
