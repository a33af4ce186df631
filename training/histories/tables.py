"""Files of leads as columns: CSV of any delimiter, compressed or not, and Parquet, read once and kept on the disk."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import msgspec
import numpy as np

from training.histories.scratch import NoData, Scratch, files, quoted, scratch, text
from training.histories.spec import hint
from training.statistics import Array

_CLOCKS = ("", " %H:%M", " %H:%M:%S")
TIME_FORMATS = (
    *(f"%m/%d/%Y{clock}" for clock in (*_CLOCKS, " %I:%M %p", " %I:%M:%S %p")),
    *(f"{day}{clock}" for day in ("%d/%m/%Y", "%d.%m.%Y") for clock in _CLOCKS),
    "%Y%m%d",
)
"""What spreadsheets write beside ISO 8601."""

_EXAMPLE_LENGTH = 40
_NOTHING = "'', 'nan', 'null', 'nat', '<na>'"
_NO_NUMBER = f"{_NOTHING}, 'na', 'n/a', 'none'"
_OFFSET = r"\d{2}:\d{2}.*(Z|[+-]\d{2}(:?\d{2})?)$"
_TRUTH = """
    CASE WHEN {0} IN ('true', 't', 'yes', 'y', '1') THEN 1.0 WHEN {0} IN ('false', 'f', 'no', 'n', '0') THEN 0.0 END
""".strip()


class ParsedTimes(msgspec.Struct, frozen=True):
    """Epoch seconds, NaN where missing; `naive` ones had no offset and are read as UTC."""

    seconds: Array
    naive: Array


class LeadTable:
    """The rows of one file in its order. A column's missing values are empty text, `NULL` and `NaN`.

    `types` are DuckDB's of a Parquet file's columns, by name; a CSV file has none.
    """

    def __init__(self, database: Scratch, source: str, types: Mapping[str, str]) -> None:
        self.source, self.types = source, types
        self._database = database
        self.names = tuple(name for name, *_ in database.rows("DESCRIBE told"))
        self.rows: int = database.one("SELECT count(*) FROM told")[0]

    def bad(self, what: str) -> NoData:
        """What is wrong with this file, to be raised."""
        return NoData(f"{self.source}: {what}")

    def texts(self, name: str) -> Array:
        """A column as it stands, `None` where missing; each text is in memory once, however often it occurs."""
        found: dict[str, str] = {}
        kept = self._column(f"CASE WHEN {_filled(name, _NOTHING)} THEN {quoted(name)} END")
        return np.array([None if text is None else found.setdefault(text, text) for text in kept], dtype=object)

    def numbers(self, name: str, *, decimal: str = ".") -> Array:
        """A column of numbers, NaN where missing or beyond all bounds. NoData where one is no number."""
        pointed = f"trim({quoted(name)})"
        if decimal != ".":
            # A point may only part thousands: 1.5 in such a file is a mistake, and 15 would be another.
            sound = f"regexp_full_match({pointed}, '[-+]?(\\d{{1,3}}(\\.\\d{{3}})+|\\d+)(,\\d+)?')"
            pointed = f"CASE WHEN {sound} THEN replace(replace({pointed}, '.', ''), ',', '.') END"
        number = f"TRY_CAST({pointed} AS DOUBLE)"
        column = self._floats(name, number, _NO_NUMBER, "a number", " (or is its decimal sign another?)")
        return np.where(np.isfinite(column), column, np.nan)

    def truths(self, name: str) -> Array:
        """A column of yes and no, as 1 and 0, NaN where missing. NoData where one is neither."""
        return self._floats(name, _TRUTH.format(f"lower(trim({quoted(name)}))"), _NO_NUMBER, "yes or no", "")

    def times(self, name: str, *, time_format: str = "") -> ParsedTimes:
        """A column of moments: ISO 8601, seconds since 1970, or of this format. NoData where one is neither."""
        column, advice = quoted(name), "; say which time_format it has"
        seconds = self._floats(name, moment_sql(column, time_format), _NOTHING, "a time", advice)
        naive = self._column(f"NOT regexp_matches(trim({column}), '{_OFFSET}') AND {_epoch(column)} IS NULL")
        return ParsedTimes(seconds, np.asarray(naive, dtype=object) == True)  # noqa: E712

    def ask(self, name: str, questions: Mapping[str, str]) -> dict[str, Any]:
        """Aggregates over the filled `value`s of a column, by name."""
        asked = ", ".join(f"{sql} AS {quoted(key)}" for key, sql in questions.items())
        row = self._database.one(
            f"SELECT {asked} FROM (SELECT {quoted(name)} AS value FROM told "  # noqa: S608 - words of our own modules
            f"WHERE {_filled(name, _NOTHING)})"
        )
        return dict(zip(questions, row, strict=True))

    def commonest(self, name: str, most: int) -> list[tuple[str, int]]:
        """The values that occur most, each with its number of rows."""
        return list(
            self._database.rows(
                f"SELECT {quoted(name)}, count(*) FROM told "  # noqa: S608 - a name of the file's, quoted
                f"WHERE {_filled(name, _NOTHING)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"
            )
        )

    def keep(self, where: Mapping[str, str | bool | int | float]) -> None:
        """Only the rows whose columns hold these values."""
        for name, value in where.items():
            texts, wanted = self.texts(name), plain(value)
            alike = sorted({text for text in texts if text is not None and plain(text) == wanted})
            if not alike:
                raise self.bad(f"no row has {value!r} in {name!r}{hint(wanted, sorted({*texts} - {None})[:30])}")
            words = ", ".join("?" for _ in alike)
            self._database.do(f"DELETE FROM told WHERE coalesce({quoted(name)}, '') NOT IN ({words})", *alike)  # noqa: S608
            self.rows = self._database.one("SELECT count(*) FROM told")[0]

    def _column(self, sql: str) -> Any:
        """One value a row, in the file's order."""
        return self._database.column(f"SELECT {sql} FROM told")  # noqa: S608 - names of the file's, quoted

    def _floats(self, name: str, sql: str, nothing: str, what: str, advice: str) -> Array:
        """What this SQL makes of each value, NaN where that is missing; NoData where it can make nothing of it."""
        wrong = list(
            self._database.rows(
                f"SELECT *, count(*) OVER () FROM (SELECT {quoted(name)}, row_number() OVER () FROM told "  # noqa: S608
                f"QUALIFY {_filled(name, nothing)} AND ({sql}) IS NULL) ORDER BY 2 LIMIT 1"
            )
        )
        if wrong:
            value, row, count = wrong[0]
            # What it looks like, without saying it: it may be a person's.
            shape = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value[:_EXAMPLE_LENGTH]))
            raise self.bad(
                f"column {name!r}: row {row:,} holds something like {shape!r}, which is not "
                f"{what}, and so do {count:,} of {self.rows:,} rows{advice}"
            )
        return np.asarray(self._column(f"coalesce({sql}, 'nan'::DOUBLE)"), dtype=np.float64)


@contextmanager
def open_table(path: Path, *, called: str = "") -> Iterator[LeadTable]:
    """The rows of a CSV or Parquet file, on the disk as long as they are asked for. Raises NoData.

    `called` is what its user knows it as, where that is not this path.
    """
    if not path.is_file():
        raise NoData(f"{path} {'is no file' if path.exists() else 'does not exist'}: name a CSV or Parquet file")
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise NoData(f"{path} is empty")
    with scratch(Path(gettempdir())) as database:
        # Everything is text first, so that what a column holds is said by the specification and not by a guess.
        packed = ", compression = 'gzip'" if head[:2] == b"\x1f\x8b" else ""
        csv = f"read_csv(?, all_varchar = true, header = true, sample_size = 100000{packed})"
        source = "read_parquet(?)" if head == b"PAR1" else csv
        try:
            database.do(f"CREATE TABLE raw AS SELECT * FROM {source}", files([path])[0])  # noqa: S608 - no word of a file
        except NoData as error:
            raise NoData(
                f"{path} cannot be read as a table: {error}. It must be Parquet, or CSV in UTF-8 with a line of names"
            ) from None
        types = {name: kind for name, kind, *_ in database.rows("DESCRIBE raw")}
        columns = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in types)
        database.do(f"CREATE TABLE told AS SELECT {columns} FROM raw")  # noqa: S608 - names of the file's, quoted
        database.do("DROP TABLE raw")
        table = LeadTable(database, called or str(path), types if head == b"PAR1" else {})
        if not table.rows:
            raise NoData(f"{path} holds no rows")
        yield table


def plain(value: object) -> str:
    """A value by which two ways of writing it are one: `1`, `1.0` and `"1"`, `true` and `"True"`."""
    text = str(value).strip()
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text.lower() if text.lower() in ("true", "false") else text


def _filled(name: str, nothing: str) -> str:
    column = quoted(name)
    return f"({column} IS NOT NULL AND lower(trim({column})) NOT IN ({nothing}))"


def _epoch(column: str) -> str:
    """Seconds since 1970, of this century and the end of the last."""
    number = f"TRY_CAST({column} AS DOUBLE)"
    return f"CASE WHEN {number} BETWEEN 5e8 AND 5e9 THEN {number} END"


def moment_sql(column: str, time_format: str = "") -> str:
    """SQL that makes epoch seconds of a column of text, NULL where it cannot."""
    column = f"trim({column})"
    if time_format:
        return f"epoch(try_strptime({column}, {text(time_format)})::TIMESTAMP)"
    # The cast to a moment reads an offset; the other one would pass over it.
    return f"coalesce(epoch(TRY_CAST({column} AS TIMESTAMPTZ)), {_epoch(column)})"
