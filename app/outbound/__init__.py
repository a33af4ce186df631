"""The one way out: every HTTP request of the service itself, to vetted addresses, bounded in time and size."""
