"""The disposition of each bought lead within the time that every lead is given."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import get_args

import msgspec

from app.domain.post.disposition import NOTHING, OutcomeEvent, label
from app.wire.feedback import OutcomeKind
from training.histories.journaled import DatasetRules
from training.histories.scratch import Scratch

EVENTS: frozenset[str] = frozenset(get_args(OutcomeKind))
RETURNS = frozenset({"return_accepted", "return_refused", "return_expired"})
"""What a seller's answer to a return is exported as; the first alone gives money back."""


class Labelled(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A lead's label. `converted` is `None` until the lead has matured."""

    lead_id: str
    disposition: str
    reached_at: float | None
    value_cents: int | None
    converted: bool | None
    matured: bool
    returned: bool
    opted_out: bool


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
    # Who has never asked for a return in here may do so elsewhere: then what is invalid counts as given back.
    (asks,) = database.one("SELECT count(*) > 0 FROM outcome WHERE starts_with(event, 'return_')")
    for (lead_id, sold_at), group in groupby(rows, key=lambda row: (row[0], row[1])):
        told, matures_at, credited = [], sold_at + rules.maturity_s, False
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
            converted=converted if matured else None,
            matured=matured,
            # A return, or a wish to be left alone, holds whenever it comes.
            returned=credited if asks else ever.invalid,
            opted_out=ever.opted_out,
        )
