"""What moves between two pings: promises, caps, what is asked for, habits, whom we know. It changes by values alone."""
