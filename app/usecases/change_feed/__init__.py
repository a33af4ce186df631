"""What other replicas did is done here too."""
