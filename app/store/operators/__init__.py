"""What operators do while the service runs: requests, their keys, and the log of every act."""
