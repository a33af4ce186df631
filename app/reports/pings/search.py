"""Pings found newest first, page by page, and how far back the journal was looked through for them."""

from heapq import heappush, heappushpop
from math import inf
from pathlib import Path

import msgspec

from app.journal.looking import Looking, in_its_place, parts_back, texts_back, time_of
from app.journal.parts import Part
from app.journal.summary import summarize
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports.pings.columns import rows_of_columns
from app.reports.pings.rows import PingRow, PingsFound, SoughtPings, is_sought, place_text, row_of

MICROSECOND = 1e-6
"""Times of rows are told to it."""

SLACK_S = 10.0
"""Lines are written as their answers are made: so much later may one be written that came earlier."""


def find_pings(directory: Path, sought: SoughtPings, looking: Looking) -> PingsFound:
    """The next page of pings; `trouble` says what could not be read."""
    page = _Page(sought)
    at, row_id = sought.before
    until, trouble = min(sought.until, at if row_id else at - MICROSECOND), ""
    try:
        for part in parts_back(directory, looking, sought.since, until):
            if page.is_full_before(looking.back_to):
                break
            # Another writer's part of the hour may hold newer ones, where this one has no more.
            _add_rows(page, directory, part, sought, until, looking)
    except (ParquetError, OtherVersion, OSError) as error:
        trouble = str(error)
    return page.found(looking, trouble)


class _Page:
    """Collects rows until there are enough of them that nothing older can belong among them."""

    def __init__(self, sought: SoughtPings) -> None:
        self._sought = sought
        self._rows: dict[tuple[str, tuple[float, str]], PingRow] = {}
        self._newest: list[float] = []
        """Times of the newest rows, as a heap of those of one page at most."""

    def add(self, row: PingRow) -> None:
        key = row.kind, row.place
        # A part that was closed while it was read may be met twice.
        if key not in self._rows:
            self._rows[key] = row
            (heappush if len(self._newest) < self._sought.limit else heappushpop)(self._newest, row.at)

    @property
    def _last(self) -> float:
        return self._newest[0] if len(self._newest) == self._sought.limit else -inf

    def takes(self, at: float) -> bool:
        """Whether a row of this time can be on this page as it stands."""
        return at >= self._last - MICROSECOND

    def is_full_before(self, at: float) -> bool:
        """Whether no line from before this time can be on this page."""
        return at < self._last - SLACK_S

    def found(self, looking: Looking, trouble: str = "") -> PingsFound:
        rows = sorted(self._rows.values(), key=lambda row: row.place, reverse=True)
        page = tuple(rows[: self._sought.limit])
        is_torn = looking.ran_out and looking.others_to_come
        if len(page) == self._sought.limit and not is_torn:
            return PingsFound(rows=page, looked_back_to=page[-1].at, is_whole=False, next=place_text(page[-1].place))
        back_to = None if looking.back_to == inf else looking.back_to
        # Nobody looked further back than to the oldest row, unless it was there that time ran out.
        to_come = "" if looking.is_whole or trouble or back_to is None else place_text((back_to, ""))
        is_whole = looking.is_whole and not trouble
        return PingsFound(rows=page, looked_back_to=back_to, is_whole=is_whole, next=to_come, trouble=trouble)


def _add_rows(page: _Page, directory: Path, part: Part, sought: SoughtPings, until: float, looking: Looking) -> None:
    try:
        if part.is_parquet:
            _add_columns(page, part, sought)
        else:
            _add_lines(page, part, sought, until, looking)
    except FileNotFoundError:
        for moved in in_its_place(directory, part):
            _add_rows(page, directory, moved, sought, until, looking)


def _add_columns(page: _Page, part: Part, sought: SoughtPings) -> None:
    for row in rows_of_columns(part.path, sought):
        if page.is_full_before(row.at):
            return
        page.add(row)


def _add_lines(page: _Page, part: Part, sought: SoughtPings, until: float, looking: Looking) -> None:
    for text in texts_back(part, looking, _needles(sought), until + SLACK_S):
        # Of a busy service thousands of lines are only looked through for one that came late.
        at = time_of(text)
        if page.is_full_before(at):
            return
        line = summarize(text, part.path) if page.takes(at) else None
        row = row_of(line) if line is not None else None
        if row is not None and is_sought(row, sought):
            page.add(row)


def _needles(sought: SoughtPings) -> tuple[frozenset[bytes], ...]:
    """What must stand in a line as it is written: whoever lacks one of these need not be taken apart."""
    said = {
        name: msgspec.json.encode(getattr(sought, name)) for name in ("seller", "zip", "state", "campaign", "reason")
    }
    found = [_any(*[b'"kind":"%b"' % kind.encode() for kind in sought.kinds])]
    found += [
        _any(b'"%b":%b' % (name.encode(), said[name]))
        for name in ("seller", "zip", "state", "campaign")
        if getattr(sought, name)
    ]
    if sought.reason:
        found.append(_any(b"[" + said["reason"], b'"reason_code":' + said["reason"]))
    if sought.outcome == "bid":
        found.append(_any(b'"bid_ids":['))
    return tuple(found)


def _any(*needles: bytes) -> frozenset[bytes]:
    return frozenset(needles)
