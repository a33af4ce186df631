"""How a test asks for its outcome: by a ZIP code in which nobody lives, by cents, or by its platform's flags."""

import msgspec

from app.domain.reasons import PING_TEST_ZIPS, POST_TEST_ZIPS, Refusal
from app.wire.ping import LeadType, Leg, Ping

PRICE_CENTS: dict[Leg, int] = {"exclusive": 1_250, "shared": 600}
"""The price of a forced bid if the ping has no `min_price`; otherwise it is `min_price`."""


class TestScenario(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome and the ZIP codes that force it, the first of them ours.

    `ping` and `post` are the codes for which they are refused, empty where the ping gets a bid and the post is a sale.
    A bid lives `lifetime_s` (0: as long as any), the answer to the ping comes after `delay_s`.
    """

    name: str
    zips: tuple[str, ...]
    says: str
    ping: str = ""
    post: str = ""
    legs: tuple[Leg, ...] = ("exclusive",)
    lifetime_s: int = 0
    delay_s: float = 0.0


TABLE = (
    TestScenario(name="bid", zips=("00001", "90100", "99999"), says="one bid, exclusive; its post is a sale"),
    TestScenario(name="two_bids", zips=("00002",), says="two bids, exclusive and shared", legs=("exclusive", "shared")),
    TestScenario(name="short_lived", zips=("00003",), says="a bid that expires after two seconds", lifetime_s=2),
    TestScenario(name="slow", zips=("00004",), says="a bid that comes after three seconds", delay_s=3.0),
    *(
        TestScenario(name=code, zips=(zip_code,), ping=code, says=f"the ping is refused: {code}")
        for zip_code, code in PING_TEST_ZIPS.items()
    ),
    *(
        TestScenario(name=f"post_{code}", zips=(zip_code,), post=code, says=f"a bid; its post is refused: {code}")
        for zip_code, code in POST_TEST_ZIPS.items()
    ),
)

_DOLLAR = 100
_BY_NAME = {each.name: each for each in TABLE}
_BY_ZIP = {zip_code: each for each in TABLE for zip_code in each.zips}


def scenario_of(ping: Ping) -> TestScenario | None:
    """What a ping asks for: by its ZIP code, by a `min_price` of as many cents, by its flags.

    `None` where it is no test or wants to be decided.
    """
    if not ping.test:
        return None
    return _BY_ZIP.get(ping.zip) or _BY_ZIP.get(_as_zip(ping.min_price_cents)) or _BY_NAME.get(ping.scenario)


def forced_refusal(zip_code: str, price_cents: int) -> Refusal | None:
    """Why the post of a test with this ZIP code, to a bid of this price, is to be refused, if it is."""
    scenario = _BY_ZIP.get(zip_code) or _BY_ZIP.get(_as_zip(price_cents))
    return Refusal(scenario.post) if scenario is not None and scenario.post else None


def _as_zip(amount_cents: int) -> str:
    return f"{amount_cents:05d}" if 0 < amount_cents < _DOLLAR else ""


def forced_legs(scenario: TestScenario, asked: LeadType) -> tuple[Leg, ...]:
    """The legs that are bid for: those of the scenario as far as the seller offers them, or else the one it offers."""
    if asked == "any":
        return scenario.legs
    return (asked,)
