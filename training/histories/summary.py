"""A dataset's summary as a page of text."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.domain.calendar import utc_text
from training.histories.dataset import BIDS, LEADS, Summary, Trade

_DAY_S = 86_400.0


def page(summary: Summary, out: Path) -> str:
    """What the rows are, what was left out of them, and where they lie."""
    return "\n".join(_lines(summary, out))


def _lines(summary: Summary, out: Path) -> Iterator[str]:
    days = summary.maturity_s / _DAY_S
    yield f"pings from {utc_text(summary.since)} to {utc_text(summary.until)}"
    yield f"outcomes known until {utc_text(summary.as_of)}; a lead matures within {days:g} days"
    yield ""
    declined = summary.pings - summary.with_bid
    yield f"{summary.pings:,} pings: {summary.with_bid:,} with a bid, {declined:,} declined{_list(summary.declined)}"
    yield f"beside them {summary.repeats:,} repeats and {summary.tests:,} tests, which are not in it"
    yield f"bids that were posted{_list(summary.posts) or ': none'}"
    yield ""
    yield "                             bids     won    lost  open   bought  matured  immature  converted  returned"
    for trade in summary.verticals:
        yield _row(trade)
    yield ""
    for what, counts in (("left out", summary.left_out), ("noted", summary.noted)):
        for name, count in counts.items():
            yield f"{what}: {count:,} {name}"
    yield f"{out / BIDS}: a row a bid.  {out / LEADS}: a row a lead that was bought."


def _row(trade: Trade) -> str:
    return (
        f"  {trade.vertical:<22} {trade.bids:>8,} {trade.won:>7,} {trade.lost:>7,} {trade.undecided:>5,} "
        f"{trade.leads:>8,} {trade.matured:>8,} {trade.leads - trade.matured:>9,} {trade.converted:>10,} "
        f"{trade.returned:>9,}"
    )


def _list(counts: Mapping[str, int]) -> str:
    return ": " + ", ".join(f"{name} {count:,}" for name, count in counts.items()) if counts else ""
