"""What sellers are told of what is bought now."""
