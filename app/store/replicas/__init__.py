"""What the replicas on one database publish for each other, and the shadow prices that one of them moves."""
