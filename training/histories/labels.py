"""The disposition of each bought lead within the time that every lead is given."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import get_args

import msgspec
import numpy as np

from app.domain.post.disposition import DISPOSITIONS, NOTHING, Disposition, OutcomeEvent, label
from app.scoring.card import DelayCurve
from app.wire.feedback import OutcomeKind
from training.histories.delays import delay_curves, maturity_days, outcome_times
from training.histories.journaled import DatasetRules
from training.histories.scratch import Scratch

EVENTS: frozenset[str] = frozenset(get_args(OutcomeKind))
RETURNS = frozenset({"return_accepted", "return_refused", "return_expired", "return_withdrawn"})
"""What a seller's answer to a return is exported as; the first alone gives money back."""


class Labelled(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A lead's label. `converted` is `None` until the lead has matured, `converted_at` when it did so, however late."""

    lead_id: str
    disposition: str
    reached_at: float | None
    value_cents: int | None
    stated_cents: int | None
    converted: bool | None
    converted_at: float | None
    matured: bool
    returned: bool
    opted_out: bool


class SoldDelays(msgspec.Struct, frozen=True, kw_only=True):
    """How long conversions of sold leads took, by vertical, and then by seller; outcomes were heard until then."""

    curves: dict[str, dict[str, DelayCurve]]
    known_until: float

    @property
    def maturity_days(self) -> float | None:
        """By when nearly all are in, in each vertical that can tell."""
        each = [maturity_days(curve) for curves in self.curves.values() for curve in curves.values()]
        return max(each, default=None)


def sold_delays(database: Scratch, rules: DatasetRules, as_of: float) -> SoldDelays:
    """The delays in the tables `sale` and `outcome`. Outcomes that come in batches are known until the last one."""
    reached = ", ".join(f"'{each}'" for each in sorted(at_least(rules.conversion)))
    rows = database.rows(
        "SELECT s.vertical, s.seller, s.sold_at, min(o.occurred_at) FROM sale s "  # noqa: S608 - words of our own
        f"LEFT JOIN outcome o ON o.lead_id = s.lead_id AND o.received_at <= ? AND o.event IN ({reached}) "
        "GROUP BY s.lead_id, s.vertical, s.seller, s.sold_at ORDER BY s.vertical, s.sold_at, s.lead_id",
        as_of,
    )
    heard = database.one("SELECT max(received_at) FROM outcome WHERE received_at <= ?", as_of)[0]
    until = min(as_of, heard) if heard is not None else as_of
    curves = {}
    for vertical, group in groupby(rows, key=lambda row: str(row[0])):
        _, sellers, at, ends = zip(*group, strict=True)
        ended = np.array(ends, dtype=np.float64)
        times = outcome_times(np.array(at, dtype=np.float64), ~np.isnan(ended), ended, until)
        if found := delay_curves(times, np.array(sellers, dtype=object)):
            curves[vertical] = found
    return SoldDelays(curves=curves, known_until=until if curves else as_of)


def at_least(disposition: Disposition) -> frozenset[str]:
    """The events of a lead that has come at least so far."""
    return frozenset(DISPOSITIONS[DISPOSITIONS.index(disposition) :])


def labelled(database: Scratch, rules: DatasetRules, as_of: float, counts: Counter[str]) -> Iterator[Labelled]:
    """The label of every row of the table `sale`, from the table `outcome`.

    Every lead is judged by its time to mature alone, or old leads would convert better for being old. What happens
    later is added to `counts`, by name, and so is an event that this version does not know.
    """
    rows = database.rows(
        "SELECT s.lead_id, s.sold_at, o.event, o.occurred_at, o.received_at, o.value_cents "
        "FROM sale s LEFT JOIN outcome o ON o.lead_id = s.lead_id AND o.received_at <= ? "
        "ORDER BY s.lead_id",
        as_of,
    )
    reached = at_least(rules.conversion)
    # Who has never asked for a return in here may do so elsewhere: then what is invalid counts as given back.
    (asks,) = database.one("SELECT count(*) > 0 FROM outcome WHERE starts_with(event, 'return_')")
    for (lead_id, sold_at), group in groupby(rows, key=lambda row: (row[0], row[1])):
        told, matures_at, credited = [], sold_at + (rules.maturity_s or 0.0), False
        for *_, event, at, heard_at, cents in group:
            if event in EVENTS:
                told.append(OutcomeEvent(event=event, occurred_at=at, received_at=heard_at, value_cents=cents))
            elif event in RETURNS:
                credited = credited or event == "return_accepted"
            elif event is not None:
                counts["events this version does not know"] += 1
        in_time = label(each for each in told if each.occurred_at <= matures_at)
        ever, matured = label(told) if told else NOTHING, matures_at <= as_of
        converted = in_time.is_at_least(rules.conversion)
        if ever.is_at_least(rules.conversion) and not converted:
            counts["converted after the maturity window"] += 1
        yield Labelled(
            lead_id=lead_id,
            disposition=in_time.disposition,
            reached_at=in_time.reached_at,
            value_cents=in_time.value_cents if converted else None,
            stated_cents=ever.value_cents,
            converted=converted if matured else None,
            converted_at=min((each.occurred_at for each in told if each.event in reached), default=None),
            matured=matured,
            # A return, or a wish to be left alone, holds whenever it comes.
            returned=credited if asks else ever.invalid,
            opted_out=ever.opted_out,
        )
