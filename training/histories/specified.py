"""The history that a specification makes of a file: leads that have matured, oldest first, with what a ping knows."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from app.dialects.values.fields import state
from app.dialects.values.kinds import choice
from app.dialects.values.moments import moment_of
from app.domain.calendar import utc_offset
from training.histories.columns.spellings import is_filled, listed, plain, usual_spellings
from training.histories.delays import JudgedLeads, judged_leads, last_known, outcome_times
from training.histories.history import History
from training.histories.spec import FILLED, Spec, SpecField, missing_columns
from training.histories.tables import LeadTable, ParsedTimes, open_table
from training.statistics import Array

ROWS_MIN = 200
"""Of fewer rows nothing can be learned and shown; good models have seen five thousand and more."""

TOLD_APART_MAX = 40
"""Of so few values each is a category of its own, and one seen once more likely a slip of the pen."""

DISTINCT_MAX = 50_000
"""More values than a scorer may hold, and than the country has ZIP codes."""

JUNK_MAX = 0.05
"""So many values that are not what their column holds are slips, and no reason to do without all others."""

_DAY_S = 86_400.0
_HOUR_S = 3_600.0


def read_history(path: Path, spec: Spec, *, called: str = "", tell: Callable[[str], None]) -> History:
    """The labelled leads of a CSV or Parquet file. Raises NoData, also where the two do not fit together.

    `called` is what its user knows it as, where that is not this path.
    """
    tell(f"reading {called or path.name}")
    with open_table(path, called=called) as table:
        if missing := missing_columns(spec, table.names):
            raise table.bad(f"{'; '.join(missing)}")
        table.keep(spec.where)
        tell(f"{table.rows:,} rows")
        return history_in(table, spec, called or path.name, tell)


def history_in(table: LeadTable, spec: Spec, source: str, tell: Callable[[str], None]) -> History:
    """The labelled leads of a table of which nothing but these rows is to be read. Raises NoData."""
    blanked = [note for field in spec.fields for note in _blanked(table, field)]
    converted, labelled, notes = _labels(table, spec)
    at, untimed = _times(table, spec)
    kept = np.flatnonzero(labelled & ~np.isnan(at))
    notes = [*table.notes, *blanked, *notes, *untimed]
    leads = _judged(table, spec, at, converted, kept)
    converted[kept], seen = leads.converted, leads.seen[leads.kept]
    kept, notes = kept[leads.kept], [*notes, *leads.notes]
    group = _groups(table.texts(spec.group))[kept] if spec.group else np.arange(len(kept))
    order = _oldest_first(at[kept], group)
    kept, group, seen = kept[order], group[order], seen[order]
    _check_enough(converted[kept], table, spec)
    columns = {}
    tell("reading its fields")
    for field in (field for field in spec.fields if field.read):
        column, noted = _column(table, field, spec, at)
        columns[field.name] = column[kept]
        notes += noted
    return History(
        vertical=spec.vertical,
        source=source,
        columns=columns,
        converted=converted[kept],
        at=at[kept],
        timed=spec.timed,
        value=_value(table, spec)[kept] if spec.value_column else None,
        weight=_weights(table, spec)[kept] if spec.weight else None,
        group=group if spec.group else None,
        seen=seen if np.any(seen < 1.0) else None,
        delays=leads.curves,
        maturity_days=leads.matures,
        notes=tuple(notes),
    )


def _labels(table: LeadTable, spec: Spec) -> tuple[Array, Array, list[str]]:
    """Which rows converted, which have a label that says so or not, and what is to be said of the others."""
    if spec.positive == FILLED:
        return _filled(table, spec.label)
    positive = spec.positive if isinstance(spec.positive, tuple) else (spec.positive,)
    yes, no = {plain(value) for value in positive}, {plain(value) for value in spec.negative}
    texts = table.texts(spec.label)
    if spec.missing_label == "not_yet":
        texts = np.where(texts == None, "", texts)  # noqa: E711 - of each
    words = {text: plain(text) for text in {*texts} - {None}}
    missing = int(np.sum(texts == None))  # noqa: E711 - of each
    if missing and spec.missing_label == "refuse":
        raise table.bad(
            f"{missing:,} of {table.rows:,} rows have no {spec.label!r}. Mend them, or, where the outcome is not known "
            'yet, say missing_label = "leave_out", or "not_yet" if such a lead has not converted so far'
        )
    found = sorted({*words.values()})
    if not {*found} - {""}:
        raise table.bad(
            f"none of {table.rows:,} rows has a {spec.label!r}: no outcome is known yet, or no "
            "lead has matured; of a service's own leads `dataset --maturity-days` says how long one may take"
        )
    if len(found) > 1 and not yes & set(found):
        raise table.bad(f"positive: no row has {spec.positive!r} in {spec.label!r}; it holds {', '.join(found[:20])}")
    if len(found) == 1 or not set(found) - yes:
        raise table.bad(f"{spec.label!r} is the same in every row ({', '.join(found)}): there is nothing to learn")
    converted = np.array([words.get(text) in yes for text in texts], dtype=np.int8)
    told = np.array([text is not None and (words[text] in {*yes, ""} or not no or words[text] in no) for text in texts])
    notes = [f"{missing:,} rows without a label were left out"] if missing else []
    if undecided := int(np.sum(~told)) - missing:
        notes.append(f"{undecided:,} rows whose label is neither positive nor negative were left out")
    return converted, told, notes


def _filled(table: LeadTable, label: str) -> tuple[Array, Array, list[str]]:
    """The labels of a column that only conversions fill."""
    converted = np.array([is_filled(text) for text in table.texts(label)], dtype=np.int8)
    if converted.min() == converted.max():
        each = "every row" if converted.all() else "no row"
        raise table.bad(f"{each} has a {label!r} other than 0: there is nothing to learn")
    return converted, np.ones(len(converted), dtype=bool), []


def _judged(table: LeadTable, spec: Spec, at: Array, converted: Array, rows: Array) -> JudgedLeads:
    """What these rows came to within the time that each is given; of a file without times, as it stands."""
    ends, by = np.full(table.rows, np.nan), None
    if spec.converted_at:
        told = table.times(spec.converted_at, time_format=spec.time_format, lenient=True)
        ends = _in_utc(told, spec.time_zone)
        by = table.texts(spec.delays_by)[rows] if spec.delays_by else None
        if spec.missing_label == "not_yet":
            # Of one that has no label yet, the time says that it converted.
            unlabelled = table.texts(spec.label) == None  # noqa: E711 - of each
            converted[unlabelled & ~np.isnan(ends)] = 1
    until = _known_until(table, spec) or last_known(at[rows], ends[rows])
    times = outcome_times(at[rows], converted[rows], ends[rows], until)
    if not spec.converted_at:
        times = msgspec.structs.replace(times, notes=())
    return judged_leads(times, spec.maturity_days or None, by, with_young=spec.young == "weigh")


def _known_until(table: LeadTable, spec: Spec) -> float:
    """When outcomes were last looked at, as the specification or a column of it says; 0 where neither does."""
    if not spec.known_until:
        return 0.0
    if spec.known_until in table.names:
        seconds = _in_utc(table.times(spec.known_until, time_format=spec.time_format), spec.time_zone)
        return float(np.max(seconds[~np.isnan(seconds)], initial=0.0))
    told = moment_of(spec.known_until)
    if told is None:
        raise table.bad(f"known_until: {spec.known_until!r} is no column and no time; write 2026-11-30")
    naive = np.array([not told.zoned])
    return float(_in_utc(ParsedTimes(np.array([told.at]), naive), spec.time_zone)[0])


def _value(table: LeadTable, spec: Spec) -> Array:
    """What each conversion brought, written as the field of that column says."""
    column, share = spec.value_column, 1.0 if isinstance(spec.value, str) else spec.value.share
    field = next((field for field in spec.fields if field.source == column), SpecField(name="", type="number"))
    return share * table.numbers(column, decimal=field.decimal or spec.decimal, lenient=field.unreadable == "missing")


def _weights(table: LeadTable, spec: Spec) -> Array:
    """How often each lead counts."""
    weights = table.numbers(spec.weight, decimal=spec.decimal)
    if wrong := int(np.sum(~(weights > 0.0))):
        raise table.bad(f"weight: {wrong:,} of {table.rows:,} rows have no {spec.weight!r} above 0")
    return weights


def _groups(texts: Array) -> Array:
    """A number for each lead, the same for those of one group; a lead without a group is one by itself."""
    told = [text if text is not None else f"{row} of no group" for row, text in enumerate(texts)]
    return np.unique(np.array(told, dtype=object).astype(str), return_inverse=True)[1]


def _oldest_first(at: Array, group: Array) -> Array:
    """The order of the leads: by time, and those of a group together where its newest stands.

    So what is learned from is older than what judges it. Stable: where times are the same, the file's order decides.
    """
    newest = np.full(int(group.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(newest, group, at)
    return np.lexsort((np.arange(len(at)), at, group, newest[group]))


def _blanked(table: LeadTable, field: SpecField) -> list[str]:
    """Empty the cells that hold what stands for no value; what is to be said of that."""
    if not field.missing:
        return []
    rows = table.blank(field.source, field.missing)
    return [f"{field.name}: {rows:,} values that stand for none ({listed([*map(repr, field.missing)])}) are missing"]


def _times(table: LeadTable, spec: Spec) -> tuple[Array, list[str]]:
    """When each lead was, or the number of its row; and what is to be said of those without a time, which is NaN."""
    if not spec.timed:
        return np.arange(table.rows, dtype=np.float64), []
    times = table.times(spec.order, time_format=spec.time_format, lenient=True)
    unknown = int(np.sum(np.isnan(times.seconds)))
    if unknown > JUNK_MAX * table.rows:
        # Says what stands there, if it is anything.
        table.times(spec.order, time_format=spec.time_format)
        raise table.bad(
            f"{unknown:,} of {table.rows:,} rows have no time in {spec.order!r}: leave "
            "them out of the file, or name another column as order"
        )
    return _in_utc(times, spec.time_zone), [f"{unknown:,} rows without a time were left out"] if unknown else []


def _in_utc(times: ParsedTimes, zone: str) -> Array:
    """Epoch seconds, where naive times are those of a clock in this zone."""
    return times.seconds - np.where(times.naive, _offsets(times.seconds, zone), 0.0)


def _offsets(seconds: Array, zone: str) -> Array:
    """How far the zone's clock is ahead of UTC at these moments; it changes on the hour, so each hour is asked once."""
    hours, places = np.unique(np.nan_to_num(seconds) // _HOUR_S, return_inverse=True)
    return np.array([60.0 * utc_offset(int(hour) * 60, zone) for hour in hours])[places]


def _check_enough(converted: Array, table: LeadTable, spec: Spec) -> None:
    rows, positive = len(converted), int(np.sum(converted))
    if rows < ROWS_MIN:
        raise table.bad(
            f"{rows:,} labelled and matured rows of {table.rows:,}: a model cannot be learned and "
            f"judged from fewer than {ROWS_MIN}, and a good one has seen 5,000"
        )
    if positive in (0, rows):
        raise table.bad(
            f"of {rows:,} rows that are labelled and matured {positive:,} converted: {spec.label!r} is "
            "constant there, and there is nothing to learn"
        )


def _column(table: LeadTable, field: SpecField, spec: Spec, at: Array) -> tuple[Array, list[str]]:
    """One fact of every row, and what is to be said of it."""
    if field.type == "choice":
        return _choices(table, field, spec)
    if field.type == "boolean":
        return table.truths(field.source), []
    if field.type in ("hour", "weekday"):
        utc = at
        if field.source != spec.order:
            utc = _in_utc(table.times(field.source, time_format=spec.time_format), spec.time_zone)
        local = utc + _offsets(utc, spec.time_zone)
        # The first day of 1970 was a Thursday.
        return (local // _HOUR_S % 24 if field.type == "hour" else (local // _DAY_S + 3) % 7), []
    decimal, lenient = field.decimal or spec.decimal, field.unreadable == "missing"
    numbers = table.numbers(field.source, decimal=decimal, lenient=lenient)
    if field.type == "integer" and np.any(numbers % 1 > 0):
        raise table.bad(f'fields.{field.name}: there are fractions in it; say type = "number"')
    unread = table.unread[field.source]
    return numbers, [f"{field.name}: {unread:,} values that are no number were read as missing"] if unread else []


def _choices(table: LeadTable, field: SpecField, spec: Spec) -> tuple[Array, list[str]]:
    texts = table.texts(field.source)
    spelled, other = _as_pings_have_it(field, usual_spellings(texts))
    counts = Counter(spelled[text] for text in texts if text in spelled)
    if len(counts) > DISTINCT_MAX:
        raise table.bad(
            f"fields.{field.name}: {len(counts):,} different values are more than a model may tell "
            f"apart ({DISTINCT_MAX:,}); say known_at_ping = false, or make them coarser"
        )
    once = sorted(value for value, rows in counts.items() if rows == 1) if len(counts) <= TOLD_APART_MAX else []
    if once and spec.values_seen_once == "refuse":
        raise table.bad(
            f"fields.{field.name}: {_list(once)} in one row only, which teaches nothing. Mend "
            'the file if that is a slip, or say values_seen_once = "unknown" to have such values priced as unknown ones'
        )
    gone = {*once}
    known = {text: value for text, value in spelled.items() if value not in gone}
    column = np.array([known.get(text) for text in texts], dtype=object)
    notes = [f"{field.name}: {_list(once)} in one row only, read as unknown"] if once else []
    if undeclared := Counter(text for text in texts if text in other):
        told = listed([f"{text!r} in {rows:,} rows" for text, rows in undeclared.most_common()], 5)
        notes.append(f"{field.name}: none of its values, and read as missing: {told}")
    return column, notes


def _as_pings_have_it(field: SpecField, spelled: dict[str, str]) -> tuple[dict[str, str], set[str]]:
    """Each text -> the spelling in which the service reads it; and what a field that lists its values cannot have."""
    if field.name == "state":
        codes = ((text, state(usual), usual) for text, usual in spelled.items())
        return {text: code if isinstance(code, str) else usual for text, code, usual in codes}, set()
    if not field.values:
        return spelled, set()
    read = choice(field.values)
    found = {text: value for text, usual in spelled.items() if isinstance(value := read(usual), str)}
    return found, spelled.keys() - found.keys()


def _list(values: list[str]) -> str:
    return f"{listed([*map(repr, values)], 5)} {'occurs' if len(values) == 1 else 'occur'}"
