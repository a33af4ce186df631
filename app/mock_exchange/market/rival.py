"""One rival buyer as it is declared, and what it would pay for a lead."""

from collections.abc import Mapping
from math import exp
from typing import Literal

import msgspec

from app.mock_exchange import truth
from app.mock_exchange.chance import Chance
from app.mock_exchange.circumstances import VERTICALS
from app.mock_exchange.market.prices import cents_of
from app.wire.ping import Leg, Value

Lead = Mapping[str, Value]
"""A ping or a post as it stood in the body."""

Manner = Literal["well", "hang", "malformed", "error"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where all that is said of `field` holds, `add` dollars to the price, or `refuse` the lead.

    `equals` and `among` are written `is` and `in`. A field that is missing, or no number where there are bounds, fits
    no rule.
    """

    field: str
    at_least: float | None = None
    at_most: float | None = None
    equals: Value | None = msgspec.field(default=None, name="is")
    among: tuple[Value, ...] = msgspec.field(default=(), name="in")
    add: float = 0.0
    refuse: bool = False

    def fits(self, lead: Lead) -> bool:
        """Whether the rule applies to this lead."""
        value = lead.get(self.field)
        if value is None or (self.equals is not None and value != self.equals):
            return False
        if self.among and value not in self.among:
            return False
        if self.at_least is None and self.at_most is None:
            return True
        if isinstance(value, str):
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class Rival(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A buyer that is not ours. `verticals` names what it buys, with dollars: its price, to which `rules` add; or for a
    `model` what a conversion brings in, of which it pays `shade` times its probability, give or take `noise` (the
    deviation of the price's logarithm from lead to lead).

    `states` is where it buys, everywhere if empty; `takes` the share of leads that interest it at all; `daily_cap` how
    many it buys in a UTC day before it stops bidding, 0 for no limit; `shared_share` the price of a shared leg as a
    part of the exclusive one's, 0 where it buys none. The other shares are what goes wrong: at a ping being late by
    `slow_s`, silent for ever, or answering nonsense or a 5xx; at a post refusing a bid of its own, or hanging up after
    the sale.
    """

    name: str
    kind: Literal["fixed", "rules", "model"]
    verticals: dict[str, float]
    states: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    shade: float = 0.6
    noise: float = 0.25
    shared_share: float = 0.5
    takes: float = 1.0
    daily_cap: int = 0
    slow_share: float = 0.0
    slow_s: float = 1.0
    hang_share: float = 0.0
    malformed_share: float = 0.0
    error_share: float = 0.0
    refuses_own_bid_share: float = 0.0
    drops_post_share: float = 0.0

    def __post_init__(self) -> None:
        unknown = ", ".join(sorted(self.verticals.keys() - set(VERTICALS)))
        if self.kind == "model" and unknown:
            raise ValueError(f"verticals: no model knows {unknown}; choose from {', '.join(VERTICALS)}")
        if self.kind == "fixed" and self.rules:
            raise ValueError("rules: a rival of kind fixed has none; make its kind rules")
        if self.hang_share + self.malformed_share + self.error_share > 1.0:
            raise ValueError("hang_share, malformed_share and error_share exclude each other: lower them to 1 in all")


def manner_of(rival: Rival, chance: Chance) -> Manner:
    """How it treats the ping of the lead that has this chance."""
    wrong: dict[Manner, float] = {
        "hang": rival.hang_share,
        "malformed": rival.malformed_share,
        "error": rival.error_share,
    }
    return chance.weighted("manner", {**wrong, "well": max(0.0, 1.0 - sum(wrong.values()))})


def appraise(rival: Rival, chance: Chance, lead: Lead) -> dict[Leg, int] | str:
    """Cents for each leg that the seller offers and the rival would take, exclusive first; or the refusal's code."""
    vertical = str(lead.get("vertical", ""))
    if vertical not in rival.verticals:
        return "unsupported_vertical"
    if rival.states and lead.get("state") not in rival.states:
        return "outside_territory"
    rules = [rule for rule in rival.rules if rule.fits(lead)]
    if any(rule.refuse for rule in rules) or not chance.below("takes", rival.takes):
        return "filtered"
    dollars = _worth(rival, chance, vertical, lead) + sum(rule.add for rule in rules)
    floor_cents = cents_of(lead.get("min_price", 0))
    if isinstance(floor_cents, str):
        return "invalid_field"
    parts: dict[Leg, float] = {"exclusive": 1.0, "shared": rival.shared_share}
    asked = lead.get("lead_type", "any")
    legs = {leg: round(dollars * part * 100) for leg, part in parts.items() if asked in ("any", leg)}
    wanted = {leg: price_cents for leg, price_cents in legs.items() if price_cents > 0}
    offers = {leg: price_cents for leg, price_cents in wanted.items() if price_cents >= floor_cents}
    return offers or ("below_floor" if wanted else "low_value")


def _worth(rival: Rival, chance: Chance, vertical: str, lead: Lead) -> float:
    """Dollars before rules."""
    dollars = rival.verticals[vertical]
    if rival.kind != "model":
        return dollars
    return truth.visible_probability(vertical, lead) * dollars * rival.shade * exp(rival.noise * chance.normal("noise"))
