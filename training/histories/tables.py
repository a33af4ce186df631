"""Files of leads as columns: CSV however it is written, and Parquet, read once and kept on the disk."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from math import gcd
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import msgspec
import numpy as np

from app.csv_file import copy_csv
from app.dialects.text import ABSENT, did_you_mean, says_nothing
from app.dialects.values.kinds import boolean
from app.dialects.values.moments import moment_of, says_no_moment
from app.spreadsheet import UnusableFile
from training.histories.columns.amounts import cell_number
from training.histories.columns.contents import AMOUNT, CLOCKS, DATED, DAY_FIRST, ISO, OFFSET, SINCE, UNTIL, month_first
from training.histories.columns.spellings import plain, usual_spellings
from training.histories.scratch import NoData, Scratch, files, quoted, scratch, text
from training.statistics import Array

_ALIKE_MIN, _TOLD_APART = 50, 0.98


class ParsedTimes(msgspec.Struct, frozen=True):
    """Epoch seconds, NaN where missing; `naive` ones named no zone and are read as UTC."""

    seconds: Array
    naive: Array


class LeadTable:
    """The rows of one file in its order, with NULL for whatever says that there is no value.

    `types` are DuckDB's of a Parquet file's columns, by name; a CSV file has none. `notes` say what was left out,
    `unread` how many values of a column could not be read when it was read last.
    """

    def __init__(self, database: Scratch, source: str, types: Mapping[str, str], notes: Sequence[str] = ()) -> None:
        self.source, self.types, self.notes = source, types, tuple(notes)
        self.unread: Counter[str] = Counter()
        self._database = database
        self.names = tuple(name for name, *_ in database.rows("DESCRIBE told"))
        self.rows: int = database.one("SELECT count(*) FROM told")[0]

    def bad(self, what: str) -> NoData:
        """What is wrong with this file, to be raised."""
        return NoData(f"{self.source}: {what}")

    def texts(self, name: str) -> Array:
        """A column as it stands, `None` where missing; each text is in memory once, however often it occurs."""
        found: dict[str, str] = {}
        kept = self._column(quoted(name))
        return np.array([None if text is None else found.setdefault(text, text) for text in kept], dtype=object)

    def numbers(self, name: str, *, decimal: str = ".", lenient: bool = False) -> Array:
        """A column of numbers, NaN where missing or beyond all bounds. NoData where one is none, unless `lenient`."""
        column, what = f"trim({quoted(name)})", "a number (or is its decimal sign another?)"
        pointed = column if decimal == "." else f"translate({column}, ',.', '.,')"
        amount = (
            f"CASE WHEN regexp_full_match({pointed}, '{AMOUNT}') THEN regexp_replace({pointed}, '[$,]', '', 'g') END"
        )
        usual = f"coalesce(TRY_CAST({pointed} AS DOUBLE), TRY_CAST({amount} AS DOUBLE))"
        read = partial(cell_number, decimal=decimal, name=name)
        floats, _ = self._floats(name, usual, read, what, lenient=lenient)
        return np.where(np.isfinite(floats), floats, np.nan)

    def truths(self, name: str) -> Array:
        """A column of yes and no, as 1 and 0, NaN where missing. NoData where one is neither."""
        sql = f"TRY_CAST({quoted(name)} AS BOOLEAN)::DOUBLE"
        return self._floats(
            name, sql, lambda told: float(truth) if isinstance(truth := boolean(told), bool) else None, "yes or no"
        )[0]

    def times(self, name: str, *, time_format: str = "", lenient: bool = False) -> ParsedTimes:
        """A column of moments as any message may tell them, or of this format. NoData where one is none."""
        zoned, form = dict[str, bool](), time_format.removeprefix(DAY_FIRST)

        def read(text: str) -> float | None:
            moment = None if form else moment_of(month_first(text) if time_format else text)
            if moment is None:
                return np.nan if says_no_moment(text) else None
            zoned[text] = moment.zoned
            return moment.at

        what, sql = f"a time; say which time_format it has, as {DAY_FIRST!r}", moment_sql(quoted(name), time_format)
        seconds, odd = self._floats(name, sql, read, what, lenient=lenient)
        # A format says for all of its times whether they name their zone.
        zone = OFFSET if not form else "" if "%z" in form.lower() else "^$"
        naive = np.asarray(self._column(f"NOT regexp_matches(coalesce({quoted(name)}, ''), '{zone}')"), dtype=bool)
        for told, place in odd:
            naive[place] = not zoned.get(told)
        return ParsedTimes(seconds, naive)

    def ask(self, name: str, questions: Mapping[str, str]) -> dict[str, Any]:
        """Aggregates over the filled `value`s of a column, by name."""
        asked = ", ".join(f"{sql} AS {quoted(key)}" for key, sql in questions.items())
        row = self._database.one(
            f"SELECT {asked} FROM (SELECT {quoted(name)} AS value FROM told "  # noqa: S608 - words of our own modules
            f"WHERE {quoted(name)} IS NOT NULL)"
        )
        return dict(zip(questions, row, strict=True))

    def commonest(self, name: str, most: int) -> list[tuple[str, int]]:
        """The values that occur most, each with its number of rows, in their usual spelling."""
        texts, counts = self.texts(name), Counter[str]()
        spelled = usual_spellings(texts)
        counts.update(spelled[text] for text in texts if text is not None)
        return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most]

    def some(self, name: str, most: int) -> list[str]:
        """Some of its values, each another, from all parts of the file."""
        apart = f"SELECT DISTINCT {quoted(name)} AS value FROM told WHERE {quoted(name)} IS NOT NULL"  # noqa: S608
        return [value for (value,) in self._database.rows(f"{apart} ORDER BY hash(value) LIMIT {most}")]

    def keep(self, where: Mapping[str, str | bool | int | float]) -> None:
        """Only the rows whose columns hold these values."""
        for name, value in where.items():
            texts, wanted = self.texts(name), plain(value)
            alike = sorted({text for text in texts if text is not None and plain(text) == wanted})
            if not alike:
                raise self.bad(
                    f"no row has {value!r} in {name!r}{did_you_mean(wanted, sorted({*texts} - {None})[:30])}"
                )
            words = ", ".join("?" for _ in alike)
            self._database.do(f"DELETE FROM told WHERE coalesce({quoted(name)}, '') NOT IN ({words})", *alike)  # noqa: S608
            self.rows = self._database.one("SELECT count(*) FROM told")[0]

    def _column(self, sql: str) -> Any:
        """One value a row, in the file's order."""
        return self._database.column(f"SELECT {sql} FROM told")  # noqa: S608 - names of the file's, quoted

    def _floats(
        self, name: str, sql: str, read: Callable[[str], float | None], what: str, *, lenient: bool = False
    ) -> tuple[Array, list[tuple[str, int]]]:
        """What SQL makes of each value, or else `read`; and those read so, by place. `lenient` takes others for NaN."""
        places = f"SELECT {quoted(name)} AS value, row_number() OVER () - 1 AS place FROM told"  # noqa: S608
        odd = list(self._database.rows(f"{places} QUALIFY {quoted(name)} IS NOT NULL AND ({sql}) IS NULL ORDER BY 2"))
        column = np.array(self._column(f"coalesce({sql}, 'nan'::DOUBLE)"), dtype=np.float64)
        known = {each: np.nan if says_nothing(each.strip()) else read(each) for each in {value for value, _ in odd}}
        for value, place in odd:
            column[place] = known[value]
        wrong = [(value, place) for value, place in odd if known[value] is None]
        self.unread[name] = len(wrong)
        if wrong and not lenient:
            example, place = wrong[0]
            # What it looks like, without saying it: it may be a person's.
            shape = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", example[:40]))
            raise self.bad(
                f"column {name!r}: row {place + 1:,} holds something like {shape!r}, which is not {what}; "
                f"so do {len(wrong):,} of {self.rows:,} rows"
            )
        return column, odd


@contextmanager
def open_table(path: Path, *, called: str = "") -> Iterator[LeadTable]:
    """The rows of a CSV or Parquet file that its user may know as `called`, on the disk meanwhile. Raises NoData."""
    if not path.is_file():
        raise NoData(f"{path} {'is no file' if path.exists() else 'does not exist'}: name a CSV or Parquet file")
    with path.open("rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    with scratch(Path(gettempdir())) as database:
        try:
            notes = _take(database, path, is_parquet=is_parquet)
        except UnusableFile as error:
            raise NoData(str(error)) from None
        except NoData as error:
            raise NoData(f"{path} cannot be read as CSV or Parquet: {error}") from None
        types = {name: kind for name, kind, *_ in database.rows("DESCRIBE raw")}
        _make_text(database, types)
        notes += _without_repeats(database)
        table = LeadTable(database, called or str(path), types if is_parquet else {}, notes)
        if not table.rows:
            raise NoData(f"{path} holds no rows")
        yield table


def moment_sql(column: str, time_format: str = "") -> str:
    """SQL that makes epoch seconds of texts of this format, or of the most usual ones; NULL of all others."""
    column = f"trim({column})"
    if time_format not in ("", DAY_FIRST):
        seconds = f"epoch(try_strptime({column}, {text(time_format)})::TIMESTAMP)"
        # Of a format with four digits for the year, two are the first century's.
        return f"CASE WHEN {seconds} BETWEEN {SINCE} AND {UNTIL} THEN {seconds} END"
    month = "%d/%m/" if time_format else "%m/%d/"
    forms = ", ".join(text(f"{month}{year} {clock}") for year in ("%y", "%Y") for clock in CLOCKS)
    # The cast to a moment reads an offset; the other one would pass over it.
    return (
        f"CASE WHEN regexp_full_match({column}, '{ISO}') THEN epoch(TRY_CAST({column} AS TIMESTAMPTZ)) "
        f"WHEN regexp_full_match({column}, '{DATED}') THEN epoch(try_strptime({column}, [{forms}])::TIMESTAMP) END"
    )


def _take(database: Scratch, path: Path, *, is_parquet: bool) -> list[str]:
    """Make the table `raw` of a file; what is to be said of that."""
    if is_parquet:
        database.do("CREATE TABLE raw AS SELECT * FROM read_parquet(?)", files([path])[0])
        return []
    plain = database.folder / "rows.csv"
    form = copy_csv(path, plain)
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in form.names)
    csv = f"read_csv(?, auto_detect = false, header = false, columns = {{{columns}}})"
    database.do(f"CREATE TABLE raw AS SELECT * FROM {csv}", files([plain])[0])  # noqa: S608 - names of the file's, quoted
    plain.unlink()
    return [*form.notes]


def _make_text(database: Scratch, names: Iterable[str]) -> None:
    """Everything is text or missing, so that what a column holds is said by the specification and not by a guess."""
    words = ", ".join(map(text, sorted(ABSENT)))
    filled = (f"{column}::VARCHAR" for column in map(quoted, names))
    columns = ", ".join(
        f"CASE WHEN lower(trim({value})) NOT IN ({words}) THEN {value} END AS {value.removesuffix('::VARCHAR')}"
        for value in filled
    )
    database.do(f"CREATE TABLE told AS SELECT {columns} FROM raw")  # noqa: S608 - names of the file's, quoted
    database.do("DROP TABLE raw")


def _without_repeats(database: Scratch) -> list[str]:
    """Leave out rows that repeat others, and say so: a lead told three times is one.

    Two leads of few facts may well be alike: rows are taken for repeats only where a single column tells all others
    apart, or where each stands there as often as any.
    """
    columns = [quoted(name) for name, *_ in database.rows("DESCRIBE told")]
    alike = f"SELECT min(rowid) AS kept, count(*) AS times FROM told GROUP BY {', '.join(columns)}"  # noqa: S608
    counts = dict(database.rows(f"SELECT times, count(*) FROM ({alike}) GROUP BY 1"))  # noqa: S608
    distinct, rows = sum(counts.values()), sum(times * each for times, each in counts.items())
    if distinct == rows or distinct < _ALIKE_MIN:
        return []
    most = database.one(f"SELECT greatest(0, {', '.join(f'count(DISTINCT {each})' for each in columns)}) FROM told")[0]  # noqa: S608
    if most < _TOLD_APART * distinct and gcd(*counts) == 1:
        return []
    database.do(f"DELETE FROM told WHERE rowid NOT IN (SELECT kept FROM ({alike}))")  # noqa: S608
    return [f"{rows - distinct:,} of {rows:,} rows repeat another in every column and were left out"]
