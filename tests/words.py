"""Words that documentation and help avoid, since a reader who knows the business has another word for the thing."""

import re

INSTEAD_OF = {
    "door": "endpoint",
    "doors": "endpoints",
    "floors": "layers",
    "house rules": "rules",
    "room": "space, capacity",
    "rooms": "stages",
    "foretell": "predict",
    "foretells": "predicts",
    "foretold": "predicted",
    "the same for all": "constant baseline",
    "would win": "predicted win rate",
    "kappa": "quality factor",
    "half_prices": "median_winning_price",
    "rung": "disposition",
    "rungs": "dispositions",
    "desk": "bidder",
    "knock": "request",
    "knocks": "requests",
    "courier": "delivery worker",
}
"""What not to write -> what to write."""

_ANY = re.compile(rf"\b({'|'.join(INSTEAD_OF)})\b", re.IGNORECASE)


def unplain(text: str) -> dict[str, str]:
    """The words of a text that have a plainer one, with that."""
    return {word: INSTEAD_OF[word.lower()] for word in _ANY.findall(text)}
