"""What people and programs write into columns is guessed for what it is, and read to the values that it says."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from training.histories.guess import Guess, guess, order_of, positive_of
from training.histories.scratch import NoData
from training.histories.tables import LeadTable, open_table

ROWS = 300
Cell = Callable[[int], object]


def every(usual: Cell, odd: str, often: int) -> Cell:
    """Another cell once in so many rows."""
    return lambda n: odd if n % often == 3 else usual(n)


def when(form: str, n: int) -> str:
    """A minute of the first days of 2026, of which every twentieth has a lead."""
    at: Any = np.datetime64("2026-01-01T10:37:00") + np.timedelta64(n * 20, "m")
    return f"{at.astype(object):{form}}"


NUMBERS: dict[str, tuple[Cell, float]] = {
    "thousands": (lambda n: f"{n * 11.5 + 1_000:,.2f}", 1_034.5),
    "comma_thousands": (lambda n: f"{n * 1_000 + 320_000:,}", 323_000.0),
    "mixed_thousands": (lambda n: f"{n * 7 + 950:,}", 971.0),
    "dollars": (lambda n: f"${n * 11.5 + 1_000:,.2f}", 1_034.5),
    "euros behind": (lambda n: f"{n * 11.5:,.2f} €", 34.5),
    "currency before": (lambda n: f"USD {n * 7}.5", 21.5),
    "ledger": (lambda n: f"({n * 1_000 + 320_000:,})", -323_000.0),
    "spaced": (lambda n: f"{n * 1_000 + 320_000:,}".replace(",", "\u202f"), 323_000.0),
    "swiss": (lambda n: f"{n * 1_000 + 320_000:,}.5".replace(",", "'"), 323_000.5),
    "rates": (lambda n: f"{n / 8}%", 0.375),
    "in k": (lambda n: f"${n + 320}K", 323_000.0),
    "with unit": (lambda n: f"{n * 7 + 950} sq ft", 971.0),
    "decimal_comma": (lambda n: f"{n}.320,5", 3_320.5),
    "small_comma": (lambda n: f"0,{n:03}", 0.003),
    "plain": (lambda n: n * 7 + 950, 971.0),
    "floats": (lambda n: n / 8, 0.375),
    **{
        f"bill {word}": (every(lambda n: n * 17.5, word, 4), 70.0)
        for word in ("unknown", "-", "n/a", "(blank)", "NULL", "#N/A", "#REF!", "NaT", "\\N", "None", "TBD", "?")
    },
    "junk": (every(lambda n: n * 17.5, "call me", 100), 70.0),
}
TIMES: dict[str, Cell] = {
    "iso": lambda n: when("%Y-%m-%dT%H:%M:%S", n),
    "epoch_ts": lambda n: 1_767_263_820 + n * 1_200,
    "millis": lambda n: (1_767_263_820 + n * 1_200) * 1_000,
    "micros": lambda n: (1_767_263_820 + n * 1_200) * 1_000_000,
    "javascript": lambda n: when("%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)", n),
    "rfc": lambda n: when("%a, %d %b %Y %H:%M:%S +0000", n),
    "excel saves": lambda n: f"{when('%m/%d/%y', n).replace('0', '', 1)} {when('%H:%M', n)}",
    "halves": lambda n: when("%m/%d/%Y %I:%M:%S %p", n),
    "days first": lambda n: when("%d/%m/%Y %H:%M", n) if n != 7 else "31/01/2026 00:00",
    "dotted": lambda n: when("%d.%m.%Y %H:%M:%S", n),
    "zone": lambda n: when("%Y-%m-%d %H:%M:%S UTC", n),
    "days first in halves": lambda n: when("%d.%m.%y %I:%M %p", n) if n != 7 else "31.01.26 00:00",
}
MOMENT = 1_767_263_820.0 + 3 * 1_200.0
FACTS: dict[str, Cell] = {
    "Do Not Email": lambda n: "Yes" if n % 3 else "No",
    "email_opt_in": lambda n: n % 2,
    "phone_type": lambda n: ("mobile", "landline", "voip")[n % 3],
    "Mobile": lambda n: n % 2,
    "email domain": lambda n: f"mail{n % 60}.example",
    "Campaign ID": lambda n: 2_345_678_901 + n % 50 * 7_919,
    "adset_id": lambda n: 23_456 + n % 3,
    "ip_country": lambda n: ("US", "CA")[n % 2],
}
WHO: dict[str, Cell] = {
    "e-mail": lambda n: f"j{n}@mail.example",
    "Best way to reach": lambda n: f"j{n}@mail.example" if n % 2 else f"(212) 473-{1_000 + n}",
    "field_7": lambda n: f"+1 212473{1_000 + n}",
    "field_8": lambda n: f"212473{1_000 + n}.0",
    "field_9": lambda n: f"10.0.{n % 250}.{n % 7}",
    "Last Name": lambda n: ("Smith", "Jones")[n % 2],
    "verified email": lambda n: f"j{n}@mail.example",
    "phone": lambda n: f"{n:x}" * 4,
    "address_line_1": lambda n: f"{n} Elm",
}
OTHERS: dict[str, Cell] = {
    "lead_id": lambda n: f"{n}{n:07x}",
    "sheet_id": lambda n: f"5.{n % 90 + 10}E+22",
    "account": lambda n: f"{n:05}",
    "zip": lambda n: 10_001 + n % 60,
    "case": lambda n: ("Owner", "owner ", "OWNER", "renter", "owner")[n % 5],
    "installed on": lambda n: f"19{60 + n % 40}-05-{1 + n % 28:02}",
    "empty": lambda _: "",
    "blanks": lambda n: ("#N/A", "(blank)")[n % 2],
    "half numbers": lambda n: f"{n * 7}" if n % 2 else f"x{n}",
    "gaps at": lambda n: "unknown" if n % 100 == 3 else when("%Y-%m-%d %H:%M:%S", n),
    "serial_date": lambda n: 46_023.442361 + n / 72,
    "oracle": lambda n: f"{when('%d-%b-%y', n).upper()} 10.37.{n % 60:02}.000000 AM",
    "clock_apart": lambda n: f"{when('%d-%b-%y', n)} @10.37.{n % 60:02}",
    "per month": lambda n: f"${n + 100}/mo",
    "result": lambda n: ("Yes", "yes", "Y", "no", "No ", "NO")[n % 6],
    "paid": lambda n: ("", "0.00", f"{n}.50")[n % 3],
    "mostly paid": lambda n: n if n % 3 else "",
    "mostly": lambda n: "no" if n % 4 == 0 else "yes",
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeadTable]:
    path = tmp_path_factory.mktemp("odd") / "leads.csv"
    cells = {**{name: cell for name, (cell, _) in NUMBERS.items()}, **TIMES, **FACTS, **WHO, **OTHERS}
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([cells, *([cell(n) for cell in cells.values()] for n in range(ROWS))])
    with open_table(path) as table:
        assert table.rows == ROWS
        assert table.notes == ()
        yield table


@pytest.fixture(scope="module")
def guessed(table: LeadTable) -> Callable[[str], Guess]:
    guesses = {name: guess(table, name) for name in table.names}
    return guesses.__getitem__


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_one_however_it_is_written(table: LeadTable, guessed: Callable[[str], Guess], name: str) -> None:
    found = guessed(name)
    assert found.type in ("number", "integer")
    place = 4 if name.startswith(("bill ", "junk")) else 3
    numbers = table.numbers(name, decimal=found.decimal or ".", lenient=found.unread > 0)
    assert numbers[place] == NUMBERS[name][1]
    assert np.isnan(numbers[3]) == (place == 4)
    assert found.why_not == ""


def test_what_is_no_number_among_numbers_is_said(guessed: Callable[[str], Guess]) -> None:
    assert guessed("junk").said == "3 of 300 values are no number and read as missing"
    assert guessed("bill unknown").said == ""


@pytest.mark.parametrize("name", TIMES)
def test_a_time_is_one_however_it_is_printed(table: LeadTable, guessed: Callable[[str], Guess], name: str) -> None:
    found = guessed(name)
    assert (found.is_time, found.gaps, found.has_hours) == (True, 0, True)
    times = table.times(name, time_format=found.time_format)
    assert times.seconds[3] == pytest.approx(MOMENT, abs=1.0)
    assert times.naive[3] == (name not in ("epoch_ts", "millis", "micros", "javascript", "rfc", "zone"))


def test_where_day_and_month_could_change_places_is_said(guessed: Callable[[str], Guess]) -> None:
    assert guessed("halves").open_days
    assert not guessed("days first").open_days
    assert not guessed("iso").open_days


def test_what_is_told_of_an_email_or_of_many_leads_is_a_fact(guessed: Callable[[str], Guess]) -> None:
    assert {name: guessed(name).why_not for name in FACTS if guessed(name).why_not} == {}


def test_who_somebody_is_is_withheld_under_any_name(guessed: Callable[[str], Guess]) -> None:
    assert [name for name in WHO if "who somebody is" not in guessed(name).why_not] == []


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("lead_id", "text", "identifier"),
        ("sheet_id", "text", "5.07E+22"),
        ("account", "text", "identifier"),
        ("zip", "choice", ""),
        ("adset_id", "choice", ""),
        ("case", "choice", ""),
        ("installed on", "date", "a date"),
        ("empty", "text", "empty in every row"),
        ("blanks", "text", "empty in every row"),
        ("half numbers", "text", "50% of its values are numbers"),
        ("gaps at", "date", "written later"),
        ("oracle", "date", "perhaps written later"),
        ("clock_apart", "date", "looks like a time"),
        ("per month", "integer", ""),
        ("serial_date", "date", "days as Excel counts them"),
    ],
)
def test_what_else_a_column_is_is_seen_or_said(
    guessed: Callable[[str], Guess], name: str, kind: str, said: str
) -> None:
    found = guessed(name)
    assert found.type == kind
    assert said in found.why_not
    assert bool(said) == bool(found.why_not)


def test_leads_are_ordered_by_a_column_of_times_that_has_gaps(
    table: LeadTable, guessed: Callable[[str], Guess]
) -> None:
    order = order_of(table, [guessed("case"), guessed("gaps at")])
    assert order is not None
    assert (order.name, order.gaps, order.said) == ("gaps at", 3, "3 of 300 rows have no time in it")


def test_spellings_of_one_label_are_one(table: LeadTable) -> None:
    found = positive_of(table, "result")
    assert found.value == ("yes", "Y")
    assert dict(found.values) == {"yes": 100, "no": 150, "Y": 50}
    assert found.doubt == ""


def test_a_column_of_many_values_is_a_label_where_only_few_rows_fill_it(table: LeadTable) -> None:
    found = positive_of(table, "paid")
    assert (found.value, dict(found.values)) == ("*", {"filled": 100, "empty or 0": 200})
    with pytest.raises(NoData, match="'mostly paid' has more than 20 values, so it is no outcome"):
        positive_of(table, "mostly paid")


def test_a_positive_word_that_most_rows_have_is_asked_for(table: LeadTable) -> None:
    found = positive_of(table, "mostly")
    assert (found.value, found.doubt) == ("yes", "is it this one? it stands in 75% of the rows:")


@pytest.mark.parametrize(
    ("values", "is_running"),
    [
        ([row % 500 + 1 for row in range(2_000)], True),
        ([row % 500 for row in range(2_000)], True),
        ([100_000 + row // 3 for row in range(2_000)], True),
        ([100_700 - row // 2 for row in range(1_000)], True),
        ([number for again in range(3) for number in Random(again).sample(range(1, 601), 600)], True),
        ([18 + row % 170 for row in range(2_000)], False),
        ([Random(row).randrange(1, 400) for row in range(2_000)], False),
        ([Random(row).randrange(1_000, 9_000) for row in range(2_000)], False),
        ([row % 60 for row in range(2_000)], False),
    ],
)
def test_a_running_number_is_an_identifier_also_where_it_repeats(
    values: list[int], is_running: bool, tmp_path: Path
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("row,won,bill\n" + "".join(f"{each},{each % 2},{at}.5\n" for at, each in enumerate(values)))
    with open_table(file) as table:
        assert ("running number" in guess(table, "row").why_not) == is_running


@pytest.mark.parametrize("written", ["%d-%b-%y %I.%M.%S.%f %p", "%d-%b-%Y", "%d-%b-%y"])
def test_times_are_read_as_oracle_writes_them(written: str, tmp_path: Path) -> None:
    began = datetime(2026, 1, 5, 8, 15, tzinfo=UTC)
    times = [(began + timedelta(hours=11 * row)).strftime(written).upper() for row in range(300)]
    file = tmp_path / "leads.csv"
    file.write_text("created,won\n" + "".join(f"{time},{row % 2}\n" for row, time in enumerate(times)))
    with open_table(file) as table:
        found = guess(table, "created")
        assert (found.is_time, found.gaps, found.has_hours) == (True, 0, "%p" in written)
        seconds = table.times("created").seconds
        assert seconds[0] - began.timestamp() == (0.0 if "%p" in written else -(8 * 3_600.0 + 900.0))
