"""Guesses what the columns of a file are, by their names and values: a draft for somebody who knows them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from app.dialects.text import did_you_mean, says_nothing
from app.dialects.values.moments import day_of
from training.histories.columns import contents
from training.histories.columns.spellings import is_filled, positive_words
from training.histories.columns.words import CODE, FIRST, ID, LATER, names_a_person, words_of
from training.histories.spec import FILLED, FieldType
from training.histories.specified import DISTINCT_MAX, JUNK_MAX, TOLD_APART_MAX
from training.histories.tables import LeadTable
from training.statistics import Array

LABEL_VALUES_MAX = 20
"""A column of more values is no outcome."""

IDENTIFIER_SHARE = 0.9
RUNNING_SHARE, RUNNING_MIN, SERIAL_MIN = 0.9, 100, 1_000
"""Numbers that were given out follow each other in so many rows, are so many, and begin at 0, at 1 or with so many
digits."""

WORDS_MIN = 3.5
"""What people write has more words than what they choose."""

FEW_JUNK_MAX = 0.01
"""So many values that are no numbers are slips where there are few different values, of which each may be an answer."""

_QUESTIONS: Mapping[str, str] = {
    "filled": "count(*)",
    "distinct": "count(DISTINCT trim(value))",
    "truths": "count_if(lower(trim(value)) IN ('true', 'false', 'yes', 'no', 'y', 'n', 't', 'f'))",
    "answers": r"count_if(regexp_full_match(lower(trim(value)), 'true|false|yes|no|[yntf]|[01](\.0)?'))",
    "parted": r"count_if(regexp_matches(value, '[,.]'))",
    "zeros": r"count_if(regexp_full_match(trim(value), '0\d+'))",
    "rounded": r"count_if(regexp_full_match(trim(value), '\d[.,]\d+[eE]\+(1[1-9]|[2-9]\d)'))",
    "words": "avg(len(string_split(trim(value), ' ')))",
}


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its type, and why no ping may be taken to know it, if so; `said` is what else should be known of it.

    `unread` values are no numbers, `gaps` rows have no time; where `open_days`, day or month may stand first.
    """

    name: str
    type: FieldType
    why_not: str = ""
    said: str = ""
    is_time: bool = False
    gaps: int = 0
    has_hours: bool = False
    time_format: str = ""
    open_days: bool = False
    decimal: Literal["", ".", ","] = ""
    unread: int = 0
    once: tuple[str, ...] = ()


class Positive(NamedTuple):
    """The label's values and which of them mean a conversion; `doubt` asks where that is not certain."""

    value: str | tuple[str, ...]
    values: tuple[tuple[str, int], ...]
    missing: int
    doubt: str


class _Column(NamedTuple):
    """What guesses look at: a column with its answers and some of its values, each another."""

    table: LeadTable
    name: str
    word: str
    told: Mapping[str, Any]
    texts: Sequence[str]
    filled: int


def guess(table: LeadTable, name: str) -> Guess:
    """What this column is, if it is a field at all."""
    # Where every row says neither yes nor no to a question, DuckDB counts nothing at all.
    told = {question: found or 0 for question, found in table.ask(name, _QUESTIONS).items()}
    texts = [text for text in table.some(name, 500) if not says_nothing(text.strip())]
    column = _Column(table, name, words_of(name), told, texts, told["filled"])
    if column.filled == 0:
        return Guess(name=name, type="text", why_not="empty in every row")
    named = told["answers"] < column.filled and names_a_person(column.word)
    if named or contents.say_who(texts, distinct=told["distinct"], filled=column.filled):
        return Guess(name=name, type="text", why_not="looks like who somebody is, which no model may learn")
    if told["distinct"] == 1 and column.filled == table.rows:
        return Guess(name=name, type="text", why_not="the same in every row")
    if time := _as_time(column):
        return time
    if told["truths"] == column.filled:
        return Guess(name=name, type="boolean")
    if told["rounded"] > column.filled / 2:
        return Guess(name=name, type="text", why_not="rounded by Excel, as 5.07E+22: format its cells as text first")
    return _as_number(column) or _as_text(column)


def positive_of(table: LeadTable, label: str) -> Positive:
    """Which values of the label are a conversion. NoData where it can be no label."""
    if label not in table.names:
        raise table.bad(f"there is no column {label!r}{did_you_mean(label, table.names)}")
    values = tuple(table.commonest(label, LABEL_VALUES_MAX + 1))
    if len(values) > LABEL_VALUES_MAX:
        filled = sum(map(is_filled, table.texts(label)))
        # Conversions are the rarer thing.
        if 0 < filled < table.rows / 2:
            rows = (("filled", filled), ("empty or 0", table.rows - filled))
            return Positive(FILLED, rows, 0, "a sale is what has one other than 0, is it not?")
        raise table.bad(
            f"{label!r} has more than {LABEL_VALUES_MAX} values, so it is no outcome; name a column "
            "that says whether a lead converted"
        )
    if len(values) < 2:
        raise table.bad(f"{label!r} is the same in every row: there is nothing to learn")
    missing = table.rows - sum(rows for _, rows in values)
    chosen, doubt = positive_words(dict(values))
    return Positive(next(iter(chosen)) if len(chosen) == 1 else tuple(chosen), values, missing, doubt)


def order_of(table: LeadTable, guesses: list[Guess]) -> Guess | None:
    """The column by which leads stand in time: known of nearly each, and named for a beginning rather than an end."""
    known = [each for each in guesses if each.is_time and each.gaps <= JUNK_MAX * table.rows]
    times = [(each, words_of(each.name)) for each in known if not LATER.search(words_of(each.name))]
    ranked = sorted(times, key=lambda each: (not FIRST.search(each[1]), not each[0].has_hours, each[0].gaps > 0))
    return ranked[0][0] if ranked else None


def _as_time(column: _Column) -> Guess | None:
    table, name, texts = column.table, column.name, column.texts
    if not contents.are_times(texts, column.word):
        like = "looks like a time, and is not read as one: name it as order with its time_format, if it is"
        return Guess(name=name, type="date", why_not=like) if contents.look_like_times(texts) else None
    form, seconds = "", table.times(name, lenient=True).seconds
    # Which of day and month stands first only a whole column can tell.
    if table.unread[name] > 0 and contents.are_months_and_days(texts):
        other = table.times(name, time_format=contents.DAY_FIRST, lenient=True).seconds
        if np.sum(~np.isnan(other)) > np.sum(~np.isnan(seconds)):
            form, seconds = contents.DAY_FIRST, other
    known = seconds[~np.isnan(seconds)]
    if len(known) < (1.0 - JUNK_MAX) * column.filled:
        # Of another century, as the year of a roof.
        dated = all(map(day_of, texts))
        return Guess(name=name, type="date", why_not="a date, which no model reads") if dated else None
    gaps = table.rows - len(known)
    return Guess(
        name=name,
        type="date",
        is_time=True,
        gaps=gaps,
        has_hours=bool(np.mean(known % 86_400.0 > 0.0) > 0.5),
        time_format=form,
        open_days=not form and contents.leave_days_open(texts),
        why_not="a time beside the order of the leads, perhaps written later",
        said=f"{gaps:,} of {table.rows:,} rows have no time in it" if gaps else "",
    )


def _as_number(column: _Column) -> Guess | None:
    table, name, word, told = column.table, column.name, column.word, column.told
    # A number never begins with a zero; and in Parquet a column of text is text, though it may hold digits.
    digits = contents.are_numerals(column.texts)
    if (digits and table.types.get(name) == "VARCHAR") or told["zeros"] or CODE.search(word) or not column.texts:
        return None
    if (written := _decimal_of(column)) is None:
        return None
    decimal, unread = written
    numbers = table.numbers(name, decimal=decimal, lenient=True)
    numbers = numbers[~np.isnan(numbers)]
    if contents.are_days_of_excel(np.min(numbers), np.max(numbers), word):
        return Guess(name=name, type="date", why_not="days as Excel counts them: format its cells as yyyy-mm-dd hh:mm")
    distinct, count = len(np.unique(numbers)), len(numbers)
    said = f"{unread:,} of {column.filled:,} values are no number and read as missing" if unread else ""
    found = Guess(name=name, type="integer", decimal=decimal if told["parted"] else "", unread=unread, said=said)
    if np.any(numbers % 1 > 0.0):
        return msgspec.structs.replace(found, type="number")
    # Whole numbers that run on without large gaps are given out one after another.
    if digits and distinct == count >= TOLD_APART_MAX and (ID.search(word) or np.ptp(numbers) < 2 * count):
        return msgspec.structs.replace(found, why_not="an identifier: different in every row")
    if digits and distinct >= RUNNING_MIN and _run_on(numbers, distinct):
        return msgspec.structs.replace(found, why_not="an identifier: a running number, which repeats")
    if not ID.search(word):
        return found
    if distinct > TOLD_APART_MAX and distinct * contents.ROWS_OF_A_FACT > count:
        return msgspec.structs.replace(found, why_not="an identifier, by its name")
    # More or less of an id means nothing.
    return None


def _run_on(numbers: Array, distinct: int) -> bool:
    """Whether whole numbers in the file's order were given out one after another, also where that began anew.

    Some have several rows each. Ages and bills begin at none of these numbers, have gaps and unlike numbers of rows.
    """
    if 1 < np.min(numbers) < SERIAL_MIN:
        return False
    steps = np.diff(numbers)
    if np.mean(steps == 1.0) > RUNNING_SHARE or np.mean(steps == -1.0) > RUNNING_SHARE:
        return True
    if np.ptp(numbers) >= 2 * distinct:
        return False
    _, rows = np.unique(numbers, return_counts=True)
    few = len(numbers) <= contents.ROWS_OF_A_FACT * distinct
    return bool(np.ptp(rows) == 0 or (few and np.mean(np.isin(steps, (0.0, 1.0))) > RUNNING_SHARE))


def _decimal_of(column: _Column) -> tuple[contents.Decimal, int] | None:
    """The decimal sign by which nearly all values are numbers, a point where either will do, and how many are none."""
    table, name, tried = column.table, column.name, list[tuple[int, contents.Decimal]]()
    for sign in contents.decimals_of(column.texts, name):
        table.numbers(name, decimal=sign, lenient=True)
        tried.append((table.unread[name], sign))
    unread, decimal = min(tried, key=lambda each: each[0], default=(column.filled, "."))
    junk = JUNK_MAX if column.told["distinct"] > TOLD_APART_MAX else FEW_JUNK_MAX
    return (decimal, unread) if unread <= junk * column.filled else None


def _as_text(column: _Column) -> Guess:
    name, word, distinct, filled = column.name, column.word, column.told["distinct"], column.filled
    numbers = contents.share_of_numbers(column.texts, name)
    said = f"; {numbers:.0%} of its values are numbers" if 0.3 < numbers < 1.0 else ""
    if distinct > TOLD_APART_MAX and column.told["words"] > WORDS_MIN:
        return Guess(name=name, type="text", why_not="free text, which no model reads")
    identified = ID.search(word) is not None and distinct * contents.ROWS_OF_A_FACT > filled
    if distinct > TOLD_APART_MAX and (identified or distinct > IDENTIFIER_SHARE * filled):
        return Guess(name=name, type="text", why_not=f"an identifier: different in nearly every row{said}")
    if distinct > DISTINCT_MAX:
        return Guess(name=name, type="choice", why_not=f"more than {DISTINCT_MAX:,} values: make it coarser{said}")
    counted = column.table.commonest(name, TOLD_APART_MAX) if distinct <= TOLD_APART_MAX else []
    return Guess(name=name, type="choice", once=tuple(value for value, rows in counted if rows == 1))
