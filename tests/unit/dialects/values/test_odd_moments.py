"""What cannot be read as a time is named for what it is."""

from app.dialects.text import Scalar
from app.dialects.values import fields
from app.dialects.values.kinds import Trouble
from tests.table import each_row

USUAL = "a time in ISO 8601 or epoch seconds"


@each_row(
    ("raw", "named"),
    [
        ("46355.638", "as Excel counts days"),
        (46355.638, "as Excel counts days"),
        (46355, "as Excel counts days"),
        ("46355", "as Excel counts days"),
        ("2026:11:30 10:00:00", "EXIF"),
        ("2026:11:30T10:00:00", "EXIF"),
        ("2026:11:30", "EXIF"),
        ("30/11/2026 15:19", "month is read first"),
        ("30.11.2026 15:19", "month is read first"),
        ("30-11-2026", "month is read first"),
        ("15:19", "without its day"),
        ("3:19:35 PM", "without its day"),
        ("2026-11-30 15:19 IST", "time zone"),
        ("11/30/2026 3:19 PM BST", "time zone"),
        ("639128771750000000", ".NET"),
        (639128771750000000, ".NET"),
        ("134090675750000000", "Windows"),
        ("13409067575000000", "browsers"),
        ("2461374.9167", "Julian"),
        (817725600, "Apple"),
        ("6a2b1c40f1d2a3b4c5d6e7f8", "MongoDB"),
    ],
)
def test_a_time_that_cannot_be_read_is_named_for_what_it_is(raw: Scalar, named: str) -> None:
    value = fields.moment(raw)
    assert isinstance(value, Trouble)
    assert value.remedy.startswith(f"{USUAL}; it")
    assert named in value.remedy


@each_row(
    "raw",
    [
        "soon",
        "today",
        "5 minutes ago",
        "11/21/2026 13:00 PM",
        "13/32/2026",
        "2026-13-45",
        "Maria Lopez",
        "x" * 5_000,
        True,
        "-46355",
    ],
)
def test_what_looks_like_no_time_is_not_named(raw: Scalar) -> None:
    assert fields.moment(raw) == Trouble(USUAL)
