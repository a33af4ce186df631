"""Pure rules of the auction, one noun a file: no clock, chance, network or database in here."""
