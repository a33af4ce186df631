"""Every line about the ping that somebody means, by whatever id they have of it, without reading a whole journal.

Most ids say when the ping was: a bid's when it expires, a line's the millisecond, and of a lead we know the bid.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from app.domain.token import looks_like_token, read_on_trust
from app.journal.configurations import longest_bid_lifetime_s
from app.journal.lines import AnyLine
from app.journal.looking import Looking
from app.journal.parts import parts
from app.journal.reader import about, ids_of
from app.journal.writer import hour_start
from app.store.store import Store
from app.usecases.people.find import lines_by_seller_lead_id, ping_ids_of

_LINE_ID = re.compile(r"[0-9a-fA-F]{24}")
_PERIOD_MS = 2**32
"""The milliseconds of a line's id begin anew after seven weeks."""
_PERIODS_MAX = 12
_AROUND_S = 60.0
"""A clock may have been set meanwhile; lines are kept by hour, so that a minute costs nothing."""


async def ids_meant(store: Store, text: str) -> frozenset[str]:
    """The ids under which the journal has it: its own, or the bids of the leads that anybody calls so."""
    return frozenset([text]) if looks_like_token(text) else await ping_ids_of(store, text) or frozenset([text])


def lines_meant(journal: Path, ids: frozenset[str], now: float, looking: Looking) -> list[AnyLine]:
    """Every line about these pings, oldest first. `now` is UTC epoch seconds.

    Raises ParquetError, OtherVersion, OSError.
    """
    found: dict[float, list[AnyLine]] = {}
    for each in sorted(ids):
        for since, until in _spans(journal, each, now):
            lines = about(
                journal, frozenset([each.lower() if _LINE_ID.fullmatch(each) else each]), looking, since, until
            )
            if lines:
                found[since] = lines
                break
    if not found and len(ids) == 1:
        (text,) = ids
        return (
            []
            if looks_like_token(text) or _LINE_ID.fullmatch(text)
            else lines_by_seller_lead_id(journal, text, looking)
        )
    every = [line for lines in found.values() for line in lines]
    return about(journal, ids | ids_of(every), looking, min(found, default=now))


def _spans(journal: Path, text: str, now: float) -> Iterator[tuple[float, float]]:
    """When the ping of this id may have been, the likeliest first."""
    token = read_on_trust(text)
    if token is not None:
        yield token.expires_at - longest_bid_lifetime_s(journal) - _AROUND_S, token.expires_at + _AROUND_S
    elif _LINE_ID.fullmatch(text):
        first = next((hour_start(part.hour) for part in parts(journal)), now)
        behind = (int((now + _AROUND_S) * 1000.0) - int(text[16:], 16)) % _PERIOD_MS / 1000.0
        for period in range(_PERIODS_MAX):
            at = now + _AROUND_S - behind - period * _PERIOD_MS / 1000.0
            if at + _AROUND_S < first:
                return
            yield at - _AROUND_S, at + _AROUND_S
