"""Long exercises of real faults, which `make drill` runs one after another."""
