"""What a ping is found by, and the row that stands for it: kept apart from where rows come from."""

import re
from math import inf
from typing import Any, Literal, get_args

import msgspec

from app.domain.reasons import REASONS, Refusal, sentence
from app.journal.lines import NoticeLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.summary import LineSummary, PingSummary
from app.reports.fold import fold

Outcome = Literal["", "bid", "no_bid", "bought", "post_refused"]
"""What became of it: any ping, one with or without a bid, a lead that was bought, a post that was refused."""
OUTCOMES: tuple[str, ...] = get_args(Outcome)

LIMIT, LIMIT_MAX = 50, 500
"""Rows of a page, by default and at most."""


class SoughtPings(msgspec.Struct, frozen=True, kw_only=True):
    """What a ping must be like to be found; what is empty may be anything.

    `since` and `until` are UTC epoch seconds. Found are rows before the place `before`, (time, id), at most `limit`.
    `campaign` is the one whose bid was best.
    """

    seller: str = ""
    zip: str = ""
    state: str = ""
    campaign: str = ""
    outcome: Outcome = ""
    reason: str = ""
    since: float = 0.0
    until: float = inf
    before: tuple[float, str] = (inf, "")
    limit: int = LIMIT

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of lines that tell of it."""
        return ("post",) if self.outcome == "post_refused" else ("ping", "refused")


class PingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One ping or post among those that were found. `at` is UTC epoch seconds, `id` names it.

    `status` is what was answered, `why` the reason for a no in words. `price_cents` is that of the best bid, or of the
    lead that was bought, whose `lead_id` it is. `count` where several are in one line.
    """

    kind: str
    at: float
    id: str
    seller: str
    vertical: str = ""
    zip: str = ""
    state: str = ""
    sub_id: str = ""
    test: bool = False
    status: str = ""
    reason_code: str = ""
    why: str = ""
    campaign: str = ""
    leg: str = ""
    price_cents: int | None = None
    lead_id: str = ""
    count: int = 1

    @property
    def place(self) -> tuple[float, str]:
        """Where it stands among others: the newest first. What had no key has no id, but a row for each reason."""
        return self.at, self.id or f"{self.reason_code}{'-test' * self.test}"


class PingsFound(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rows, newest first. `looked_back_to` is how far the journal was looked through (UTC epoch seconds).

    `is_whole` where there is no more that could be found further back. `next` is the place before which the next page
    begins, empty at the end. `trouble` says what could not be read.
    """

    rows: tuple[PingRow, ...] = ()
    looked_back_to: float | None = None
    is_whole: bool = True
    next: str = ""
    trouble: str = ""


def place_text(place: tuple[float, str]) -> str:
    """A place among rows as text."""
    return f"{place[0]!r}~{place[1]}"


def read_place(text: str) -> tuple[float, str]:
    """The place that a text names; ValueError where it names none."""
    at, _, row_id = text.partition("~")
    if not re.fullmatch(r"\d{1,11}(\.\d{1,9})?", at, re.ASCII):
        raise ValueError(text)
    return float(at), row_id


def row_of(line: LineSummary) -> PingRow | None:
    """The row of a line; none of a kind that tells of no ping of its own."""
    reader = _RowReader()
    fold((line,), reader)
    return reader.row


class _RowReader:
    """Makes the row of one line."""

    row: PingRow | None = None

    def ping(self, line: PingSummary) -> None:
        ping, bids = line.ping, line.decision.bids
        self.row = PingRow(
            kind="ping",
            at=round(line.at, 6),
            id=line.id,
            seller=line.seller,
            vertical=ping.vertical,
            zip=ping.zip,
            state=ping.state,
            sub_id=ping.sub_id,
            test=ping.test,
            **_answered(line.withdrawn or line.decision.refusal),
            campaign=bids[0].campaign if bids else "",
            leg=bids[0].leg if bids else "",
            price_cents=bids[0].price_cents if bids else None,
        )

    def refused(self, line: RefusedLine) -> None:
        at, told = round(line.at, 6), _answered(line.refusal)
        self.row = PingRow(
            kind="refused", at=at, id=line.id, seller=line.seller, test=line.test, count=line.count, **told
        )

    def post(self, line: PostLine) -> None:
        self.row = PingRow(
            kind="post",
            at=round(line.at, 6),
            id=line.ping_id,
            seller=line.seller,
            vertical=line.vertical,
            state=line.state,
            sub_id=line.sub_id,
            test=line.test,
            status=line.status,
            reason_code=line.reason_code,
            why=words_of(line.reason_code, line.detail),
            campaign=line.campaign,
            leg=line.leg,
            price_cents=line.price_cents or None,
            lead_id=line.lead_id,
            count=line.count,
        )

    def repeat(self, line: RepeatLine) -> None:
        """It is found by the ping that it repeats."""

    def notice(self, line: NoticeLine) -> None:
        """It is found by its ping."""

    def retain(self, line: RetainLine) -> None:
        """It is found by its lead."""


def _answered(refusal: Refusal | None) -> dict[str, Any]:
    if refusal is None:
        return {"status": "accepted"}
    status = "error" if refusal.code == "internal" else "rejected"
    return {"status": status, "reason_code": refusal.code, "why": sentence(refusal)}


def words_of(code: str, detail: str) -> str:
    """A reason in words; nothing of a code that is none."""
    return sentence(Refusal(code, detail)) if code in REASONS else ""


def is_sought(row: PingRow, sought: SoughtPings) -> bool:
    """What the needles and the database of columns have asked already, asked once more of the row itself."""
    wanted = (
        (sought.seller, row.seller),
        (sought.zip, row.zip),
        (sought.state, row.state),
        (sought.campaign, row.campaign),
        (sought.reason, row.reason_code),
    )
    return (
        row.kind in sought.kinds
        and all(want in ("", has) for want, has in wanted)
        and _has_become(row, sought.outcome)
        and sought.since <= row.at <= sought.until
        and row.place < sought.before
    )


def _has_become(row: PingRow, outcome: Outcome) -> bool:
    if outcome == "bid":
        return row.status == "accepted"
    return row.status != "accepted" if outcome in ("no_bid", "post_refused") else True
