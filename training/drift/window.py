"""What a span of bidding looked like: how scores, fields, bids and prices were spread, and what leads came to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nsmallest
from pathlib import Path

import msgspec
import numpy as np

from app.wire.ping import Value
from training.drift.psi import Histogram, histogram, in_bins_of
from training.histories.bids import LoggedBid
from training.histories.scratch import NoData

PINGS_MAX = 50_000
"""Of more a sample of this many is taken: the index is exact to a thousandth long before."""

NOT_COMPARED = ("zip", "sub_id")
"""Facts with so many values that most are new in any week."""

REFERENCE = "reference.json"
"""The window a model was made in, kept beside it, so that a later one can be held against it."""

Probability = Callable[[Mapping[str, Value]], float]


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A span of one vertical, in figures that can be kept beside a model. Times are UTC epoch seconds.

    Of leads that were bought and have matured: `predicted` is the sum of P(conversion), `converted` how many did.
    """

    vertical: str
    since: float
    until: float
    pings: int
    histograms: dict[str, Histogram]
    leads: int
    predicted: float
    converted: int


class BidSample(msgspec.Struct, kw_only=True):
    """What is looked at of a span: each ping once, each bid, and every lead that matured."""

    vertical: str
    since: float = 0.0
    until: float = 0.0
    pings: list[LoggedBid] = []
    bids: list[LoggedBid] = []
    leads: int = 0
    predicted: float = 0.0
    converted: int = 0


def sample(vertical: str, bids: Iterable[LoggedBid], seed: int = 1) -> BidSample:
    """These bids, or a sample of them where they are too many, whatever their order."""
    found, draw = BidSample(vertical=vertical), np.random.default_rng(seed).random

    def counted(bid: LoggedBid) -> LoggedBid:
        found.since, found.until = min(found.since or bid.at, bid.at), max(found.until, bid.at)
        if bid.converted is not None:
            found.leads += 1
            found.predicted += bid.probability
            found.converted += bid.converted
        return bid

    kept = nsmallest(PINGS_MAX, map(counted, bids), key=lambda _: draw())
    found.bids = sorted(kept, key=lambda bid: (bid.at, bid.id))
    # Two legs of one ping have the same facts.
    found.pings = list({bid.ping or bid.id: bid for bid in found.bids}.values())
    return found


def window(seen: BidSample, score: Probability | None, facts: Sequence[str] | None = None) -> Window:
    """A sample in bins of its own. Without a `score` no score is compared; without `facts` every fact is."""
    if facts is None:
        facts = sorted({name for bid in seen.pings for name in bid.facts} - set(NOT_COMPARED))
    return _window(seen, {name: histogram(name, values) for name, values in _columns(seen, score, facts).items()})


def window_like(before: Window, seen: BidSample, score: Probability | None) -> Window:
    """A sample in the bins of an earlier window; what had none there, as a new seller's prices, is not compared."""
    facts = [name.removeprefix("field ") for name in before.histograms if name.startswith("field ")]
    columns = _columns(seen, score, facts)
    same = {name: in_bins_of(bins, columns[name]) for name, bins in before.histograms.items() if name in columns}
    return _window(seen, same)


def read_reference(models: Path, vertical: str, version: str) -> Window | None:
    """The window of a version, `None` where it has none. NoData where it cannot be read."""
    path = models / vertical / version / REFERENCE
    if not version or not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Window)
    except msgspec.DecodeError as error:
        raise NoData(f"{path} cannot be read ({error}): restore it or remove it") from None


def _window(seen: BidSample, histograms: dict[str, Histogram]) -> Window:
    told = {name: getattr(seen, name) for name in ("vertical", "since", "until", "leads", "predicted", "converted")}
    return Window(**told, pings=len(seen.pings), histograms=histograms)


def _columns(seen: BidSample, score: Probability | None, facts: Sequence[str]) -> dict[str, Sequence[Value | None]]:
    """Everything that is compared, by the name under which it is told."""
    pings, bids = seen.pings, seen.bids
    columns: dict[str, Sequence[Value | None]] = {
        "score": [score(bid.facts) for bid in pings] if score is not None else [],
        **{f"field {name}": [bid.facts.get(name) for bid in pings] for name in facts},
        "seller": [bid.seller for bid in pings],
        "bid": [bid.price_cents for bid in bids],
        "bid / value": [bid.price_cents / bid.bid_value for bid in bids if bid.bid_value > 0.0],
    }
    for seller in sorted({bid.seller for bid in bids}):
        own = [bid for bid in bids if bid.seller == seller]
        columns[f"price paid, {seller}"] = [bid.price_cents for bid in own if bid.won]
        columns[f"price to win, {seller}"] = [bid.winning_cents for bid in own if bid.winning_cents is not None]
    return {name: values for name, values in columns.items() if values}
