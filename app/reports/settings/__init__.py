"""What is in force, and how the file and former configurations differ from it."""
