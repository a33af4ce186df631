"""How much may be bought: exact at the sale, promised at the bid, paced in between."""
