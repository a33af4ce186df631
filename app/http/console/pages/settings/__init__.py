"""The settings in force, beside the file and what was in force before."""
