"""Bids as training reads them, whoever wrote them down: what was known, what was bid, and what became of it."""

import msgspec

from app.wire.ping import Leg, Value


class Bid(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One bid on one leg. Money in cents, `at` in UTC epoch seconds.

    `facts` are what the models read at ping time. `probability` is P(conversion) on this leg, `worth` V, `value` v and
    `bid_value` u. The bid was drawn around `best` with deviation `sigma` of its logarithm, within `low` and `high`, and
    sent as `price_cents`. `won` is `None` as long as nobody can know. `winning_cents` is what the seller disclosed.
    Of a lead that was bought, `converted` is `None` until its outcome has matured; `value_cents` is what it brought.
    """

    id: str
    at: float
    seller: str
    vertical: str
    campaign: str
    leg: Leg
    model: str
    zip: str
    state: str
    facts: dict[str, Value]
    floor_cents: int
    probability: float
    worth: float
    value: float
    bid_value: float
    low: float
    high: float
    best: float
    sigma: float
    price_cents: int
    win_probability: float
    won: bool | None
    winning_cents: int | None = None
    lead_id: str = ""
    converted: bool | None = None
    returned: bool = False
    value_cents: int = 0
