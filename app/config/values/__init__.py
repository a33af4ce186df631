"""How a value is read from text: kinds, times, places, filters."""
