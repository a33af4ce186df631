"""Real faults against a real service under load, which `leadbid drill` tries one after another."""
