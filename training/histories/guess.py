"""Guesses what the columns of a file are, by their names and values: a draft for somebody who knows them."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from training.histories.spec import FieldType, hint
from training.histories.specified import DISTINCT_MAX, TOLD_APART_MAX
from training.histories.tables import TIME_FORMATS, LeadTable, moment_sql, plain

LABEL_VALUES_MAX = 20
"""A column of more values is no outcome."""

IDENTIFIER_SHARE = 0.9
WORDS_MIN = 3.5
"""What people write has more words than what they choose."""

POSITIVE = ("1", "true", "yes", "y", "t", "converted", "sold", "won", "closed_won", "bought", "accepted", "positive")

_QUESTIONS: Mapping[str, str] = {
    "filled": "count(*)",
    "distinct": "count(DISTINCT value)",
    "numbers": "count(TRY_CAST(trim(value) AS DOUBLE))",
    "commas": r"count_if(regexp_full_match(trim(value), '-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d+'))",
    "wholes": "count_if(TRY_CAST(trim(value) AS DOUBLE) % 1 = 0)",
    "truths": "count_if(lower(value) IN ('true', 'false'))",
    "moments": f"count({moment_sql('value')})",
    "epochs": "count_if(TRY_CAST(value AS DOUBLE) BETWEEN 5e8 AND 5e9)",
    "hours": r"count_if(regexp_matches(value, '\d:\d{2}') OR TRY_CAST(value AS DOUBLE) IS NOT NULL)",
    "words": "avg(len(string_split(trim(value), ' ')))",
    "emails": r"count_if(regexp_full_match(value, '\S+@\S+\.\S+'))",
    "phones": r"count_if(regexp_full_match(value, '\+?1?[-. (]*\d{3}[-. )]*\d{3}[-. ]*\d{4}'))",
    "addresses": r"count_if(regexp_full_match(value, '\d{1,3}(\.\d{1,3}){3}'))",
}
_WHO = re.compile(
    r"(^|_)(e?mail|phone|mobile|telephone|tel|fax|ssn|passport|street|ip|ip_address|address\d?|dob|date_of_birth|"
    r"birth_?date|birthday|(first|last|full|sur|given|middle|maiden|customer|contact|client|lead)_?name|surname)(_|$)"
    r"|^name$"
)
_ID = re.compile(r"(^|_)(u?u?id|guid|key|hash|token|url|certificate|cert)$")
_CODE = re.compile(r"(^|_)(zip|zip\d|zipcode|postal|postcode|plz|code|fips)(_|$)")
_LATER = re.compile(
    r"(^|_)(sold|closed|converted|conversion|won|lost|returned|reached|matured|updated|modified|paid|invoiced|called|"
    r"contacted|delivered|end|ended)(_|$)"
)
_FIRST = re.compile(r"(^|_)(created|received|pinged|submitted|inserted|lead|ping|arrived|start|started)(_|$)")
_CLOCK = re.compile(r"(^|_)(at|time|timestamp|ts|date|datetime|epoch|utc)(_|$)")


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its type, and why no ping may be taken to know it, if so. `time_format` is that of its times."""

    name: str
    type: FieldType
    why_not: str = ""
    is_time: bool = False
    complete: bool = True
    has_hours: bool = False
    time_format: str = ""
    decimal_comma: bool = False
    once: tuple[str, ...] = ()


class Positive(NamedTuple):
    """The label's values and which of them means a conversion; `sure` where its name says so."""

    value: str
    values: tuple[tuple[str, int], ...]
    missing: int
    sure: bool


def guess(table: LeadTable, name: str) -> Guess:
    """What this column is, if it is a field at all."""
    # Where every row says neither yes nor no to a question, DuckDB counts nothing at all.
    told = {question: found or 0 for question, found in table.ask(name, _QUESTIONS).items()}
    word, filled = words_of(name), told["filled"]
    if filled == 0:
        return Guess(name=name, type="text", why_not="empty in every row")
    # Who somebody is, by the column's name or by what most of its values look like.
    seen = max(told["emails"], told["phones"] if told["distinct"] > filled / 2 else 0, told["addresses"])
    if _WHO.search(word) or seen > filled / 2:
        who = "looks like who somebody is, which no ping tells and no model may learn"
        return Guess(name=name, type="text", why_not=who)
    if told["distinct"] == 1 and filled == table.rows:
        return Guess(name=name, type="text", why_not="the same in every row")
    if time := _as_time(table, name, word, told):
        return time
    if told["truths"] == filled:
        return Guess(name=name, type="boolean")
    # In Parquet a column of text is text, though it may hold digits.
    if table.types.get(name) != "VARCHAR" and filled == told["numbers"] + told["commas"] and not _CODE.search(word):
        return _as_number(table, name, word, told)
    return _as_text(table, name, word, told)


def positive_of(table: LeadTable, label: str) -> Positive:
    """Which value of the label is a conversion. NoData where it can be no label."""
    if label not in table.names:
        raise table.bad(f"there is no column {label!r}{hint(label, table.names)}")
    values = tuple(table.commonest(label, LABEL_VALUES_MAX + 1))
    missing = table.rows - table.ask(label, {"filled": "count(*)"})["filled"]
    if len(values) > LABEL_VALUES_MAX:
        raise table.bad(
            f"{label!r} has more than {LABEL_VALUES_MAX} values, so it is no outcome; name a column "
            "that says whether a lead converted"
        )
    if len(values) < 2:
        raise table.bad(f"{label!r} is the same in every row: there is nothing to learn")
    known = [value for value, _ in values if plain(value).lower() in POSITIVE]
    # Conversions are the rarer thing.
    return Positive(known[0] if len(known) == 1 else values[-1][0], values, missing, sure=len(known) == 1)


def order_of(guesses: list[Guess]) -> Guess | None:
    """The column by which leads stand in time: known of each, and named for a beginning rather than an end."""
    times = [each for each in guesses if each.is_time and each.complete]
    ranked = sorted(times, key=lambda each: (_later(each), not _FIRST.search(words_of(each.name)), not each.has_hours))
    return ranked[0] if ranked and not _later(ranked[0]) else None


def words_of(name: str) -> str:
    """A column's name in lower case, its words joined by one underscore each."""
    parted = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z\d]+", "_", parted.lower()).strip("_")


def _later(each: Guess) -> bool:
    return bool(_LATER.search(words_of(each.name)))


def _as_time(table: LeadTable, name: str, word: str, told: Mapping[str, Any]) -> Guess | None:
    filled, form = told["filled"], ""
    if told["numbers"] == filled:
        # Any number of that size could be a time; the name decides.
        if told["epochs"] < filled or not _CLOCK.search(word):
            return None
    elif told["moments"] < filled:
        parsed = table.ask(name, {each: f"count({moment_sql('value', each)})" for each in TIME_FORMATS})
        form = next((each for each, count in parsed.items() if count == filled), "")
        if not form:
            return None
    return Guess(
        name=name,
        type="date",
        is_time=True,
        complete=filled == table.rows,
        has_hours=told["hours"] > filled / 2,
        time_format=form,
        why_not="a time beside the order of the leads, perhaps written later",
    )


def _as_number(table: LeadTable, name: str, word: str, told: Mapping[str, Any]) -> Guess:
    if told["wholes"] < told["filled"]:
        return Guess(name=name, type="number", decimal_comma=told["commas"] > 0)
    if told["distinct"] == told["filled"] >= TOLD_APART_MAX:
        # Whole numbers that run on without large gaps are given out one after another.
        span = table.ask(name, {"span": "max(TRY_CAST(value AS DOUBLE)) - min(TRY_CAST(value AS DOUBLE))"})["span"]
        if _ID.search(word) or span < 2 * told["filled"]:
            return Guess(name=name, type="integer", why_not="an identifier: different in every row")
    if _ID.search(word) and told["distinct"] > TOLD_APART_MAX:
        return Guess(name=name, type="integer", why_not="an identifier, by its name")
    return Guess(name=name, type="integer")


def _as_text(table: LeadTable, name: str, word: str, told: Mapping[str, Any]) -> Guess:
    distinct, filled = told["distinct"], told["filled"]
    if distinct > TOLD_APART_MAX and told["words"] > WORDS_MIN:
        return Guess(name=name, type="text", why_not="free text, which no model reads")
    if distinct > TOLD_APART_MAX and (distinct > IDENTIFIER_SHARE * filled or _ID.search(word)):
        return Guess(name=name, type="text", why_not="an identifier: different in nearly every row")
    if distinct > DISTINCT_MAX:
        return Guess(name=name, type="choice", why_not=f"more than {DISTINCT_MAX:,} values: make it coarser")
    counted = table.commonest(name, TOLD_APART_MAX) if distinct <= TOLD_APART_MAX else []
    return Guess(name=name, type="choice", once=tuple(value for value, rows in counted if rows == 1))
