"""What the service stands on changes under it: its configuration, its files, its clock."""
