"""What it takes to win: our price, the price that wins half of the auctions, and what a dollar more would buy."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import exp, isfinite, log
from typing import Literal, get_args

import msgspec
from msgspec.structs import replace

from app.domain.pricing.landscape import LearnedCurve
from app.domain.pricing.pricing import Curve
from app.reports.campaigns.sample import Sample
from app.reports.rates import interval

AUCTIONS_MIN = 30
"""Of fewer auctions nothing is said but that they are too few: a win rate is then known to some eighteen points."""

CURVES_MAX = 120
"""So many auctions of a row are searched for the price that wins half, evenly taken: it moves by two percent or so."""

DOLLAR = 100
ROWS_MAX = 60
PART_MAX = 64
NOBODY = "(none)"
"""The sub-source of a ping that names none."""

_PRICES = 0.0, log(1_000_000.0)
_MOVE_MAX = 4.0
_SHARE_MIN = 0.006
"""No curve says that a bid is more certain than this to win, or to lose."""
_SURE = 1.96

Part = Literal["seller", "state", "source"]
PARTS: tuple[Part, ...] = get_args(Part)
Evidence = Literal["learned", "declared", "too_few"]
Key = tuple[str, str, str, str]
"""A row's seller, vertical, leg and name."""
Auction = tuple[int, int, Curve, bool, float]
"""Its weight, our price, what is known of its rivals, whether it was won, and what the lead was worth at most."""


class PriceToWin(msgspec.Struct, frozen=True, kw_only=True):
    """One seller's auctions of a vertical on one leg, of a state or sub-source where `name` says so.

    `auctions` is how many were seen, `a_day` how many come. At `price_cents` in the mean `won` of them were won, a
    share that lies between `won_low` and `won_high`, 95% sure; the live model expects `expected`, and `leads_a_day` of
    all. `half_cents` is the one price that would win half of them by the model, between `half_low_cents` and
    `half_high_cents` as far as it knows where rivals bid. `seen_half_cents` with its bounds is the same price by what
    was won: that of the model moved up or down until it expects just that. It `is_beyond` every price that was bid,
    where only the model's shape says what happens.

    A dollar more on each bid would buy `more_leads` a day for `more_cents` a day, and add `more_surplus_cents` a day.
    `evidence` says whether auctions taught the model ("learned"), or the seller's declared curve stands in for it. It
    `is_off` where what it expects cannot be squared with what was won: its estimates then say little.
    """

    seller: str
    vertical: str
    leg: str
    name: str
    evidence: Evidence
    auctions: int
    a_day: float
    price_cents: float
    won: int
    won_low: float | None = None
    won_high: float | None = None
    expected: float | None = None
    half_cents: float | None = None
    half_low_cents: float | None = None
    half_high_cents: float | None = None
    seen_half_cents: float | None = None
    seen_half_low_cents: float | None = None
    seen_half_high_cents: float | None = None
    is_beyond: bool = False
    leads_a_day: float | None = None
    more_leads: float | None = None
    more_cents: float | None = None
    more_surplus_cents: float | None = None
    is_off: bool = False


class PricesToWin(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one `part`, those with the most auctions first, from `since` to `until` (UTC epoch seconds).

    `sampled` pings stand for about `pings`. `left_out` rows are too many to be shown; `unread` hours of the journal
    could not be read. `sellers` are those of whom there are auctions at all. While it `is_counting` there is nothing
    yet.
    """

    since: float
    until: float
    part: Part
    sampled: int
    pings: int
    rows: tuple[PriceToWin, ...]
    left_out: int = 0
    unread: int = 0
    sellers: tuple[str, ...] = ()
    is_counting: bool = False


def prices_to_win(sample: Sample, part: Part, seller: str = "", leg: str = "") -> PricesToWin:
    """The rows of a sample; of one seller or leg alone where they are named."""
    found: dict[Key, list[Auction]] = {}
    sellers = set()
    for key, auction in _auctions(sample, part):
        sellers.add(key[0])
        if seller in ("", key[0]) and leg in ("", key[2]):
            found.setdefault(key, []).append(auction)
    most = sorted(found.items(), key=lambda each: (-sum(auction[0] for auction in each[1]), each[0]))
    rows = []
    for key, auctions in most[:ROWS_MAX]:
        rows.append(_row(key, auctions, sample))
    return PricesToWin(
        since=sample.since,
        until=sample.until,
        part=part,
        sampled=len(sample.pings),
        pings=sample.whole,
        rows=tuple(rows),
        left_out=max(len(most) - ROWS_MAX, 0),
        unread=sample.unread,
        sellers=tuple(sorted(sellers)),
        is_counting=sample.is_counting,
    )


def _auctions(sample: Sample, part: Part) -> Iterator[tuple[Key, Auction]]:
    """Every bid that a curve says anything of, by its row."""
    for ping in sample.each():
        name = "" if part == "seller" else ping.state if part == "state" else (ping.source or NOBODY)[:PART_MAX]
        for bid in ping.bids:
            offer = bid.offer
            if bid.curve is not None and offer.quote is not None:
                won = bid.id in sample.posted
                auction = ping.weight, offer.price_cents, bid.curve, won, offer.quote.bid_value
                yield (ping.seller, ping.vertical, offer.leg, name), auction


def _row(key: Key, auctions: Sequence[Auction], sample: Sample) -> PriceToWin:
    seller, vertical, leg, name = key
    whole = sum(weight for weight, *_ in auctions)
    won = sum(is_won for _, _, _, is_won, _ in auctions)
    row = PriceToWin(
        seller=seller,
        vertical=vertical,
        leg=leg,
        name=name,
        evidence="too_few",
        auctions=len(auctions),
        a_day=whole / sample.days,
        price_cents=sum(weight * price for weight, price, *_ in auctions) / whole,
        won=won,
    )
    if len(auctions) < AUCTIONS_MIN:
        return row
    low, high = interval(won, len(auctions))
    expected = sum(curve.win_probability(price) for _, price, curve, _, _ in auctions)
    halves = _halves(auctions, won / len(auctions), low, high, sample.rest)
    prices = [price for _, price, *_ in auctions]
    return replace(
        row,
        evidence="learned" if all(isinstance(curve, LearnedCurve) for _, _, curve, *_ in auctions) else "declared",
        won_low=low,
        won_high=high,
        expected=expected,
        is_off=not low <= expected / len(auctions) <= high,
        is_beyond=not min(prices) <= (halves["seen_half_cents"] or 0.0) <= max(prices),
        **halves,
        **_dollar_more(auctions, sample.days),
    )


def _dollar_more(auctions: Iterable[Auction], days: float) -> dict[str, float]:
    """What bids buy a day, and what they would buy more of at a dollar more."""
    leads = more = cents = surplus = 0.0
    for weight, price, curve, _, worth in auctions:
        now, then = curve.win_probability(price), curve.win_probability(price + DOLLAR)
        leads += weight * now
        more += weight * (then - now)
        cents += weight * (then * (price + DOLLAR) - now * price)
        surplus += weight * (then * (worth - price - DOLLAR) - now * (worth - price))
    return {
        "leads_a_day": leads / days,
        "more_leads": more / days,
        "more_cents": cents / days,
        "more_surplus_cents": surplus / days,
    }


def _halves(
    auctions: Sequence[Auction], won: float, won_low: float, won_high: float, rest: Callable[[], None]
) -> dict[str, float | None]:
    """The prices that win half: by the model, and by the share of bids that was won, each with its bounds."""
    bids = [(price, curve) for _, price, curve, *_ in auctions[:: -(-len(auctions) // CURVES_MAX)]]
    curves = [curve for _, curve in bids]
    half = _wins_half(curves)
    found: dict[str, float | None] = {"half_cents": half}
    for name, deviations in (("half_low_cents", -_SURE), ("half_high_cents", _SURE)):
        rest()
        found[name] = _bound(curves, deviations)
    # The more was won, the less it takes to win half.
    for name, share in (("seen_half_cents", won), ("seen_half_low_cents", won_high), ("seen_half_high_cents", won_low)):
        rest()
        found[name] = _moved_half(half, bids, share)
    return found


def _bound(curves: Sequence[Curve], deviations: float) -> float | None:
    """The price that wins half, were rivals so many deviations higher; `None` where nobody knows how wide one is."""
    moved = []
    for curve in curves:
        if not isinstance(curve, LearnedCurve) or not isfinite(curve.competition.width):
            return None
        moved.append(curve.moved(deviations * curve.competition.width))
    return _wins_half(moved)


def _wins_half(curves: Sequence[Curve]) -> float:
    """The price at which half of these auctions are won."""
    return exp(_where(lambda at: sum(curve.win_probability(exp(at)) for curve in curves), len(curves) / 2.0, *_PRICES))


def _moved_half(half: float, bids: Sequence[tuple[int, Curve]], share: float) -> float | None:
    """The price that wins half by curves that are moved, in logarithms, until they expect this share of the bids.

    Of all and of none there is no telling how far.
    """
    if not _SHARE_MIN <= share <= 1.0 - _SHARE_MIN:
        return None

    def expected(at: float) -> float:
        return sum(curve.win_probability(price * exp(at)) for price, curve in bids)

    return half * exp(-_where(expected, share * len(bids), -_MOVE_MAX, _MOVE_MAX))


def _where(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Where a function that never falls comes to this, to a few parts in ten thousand."""
    while high - low > 0.0005:
        middle = (low + high) / 2.0
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2.0
