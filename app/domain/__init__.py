"""Pure rules of the auction, one subject per file: no clock, chance, network or database."""
