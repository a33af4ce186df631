"""Limits on what may be bought: exact at the sale, estimated at the bid, paced in between."""
