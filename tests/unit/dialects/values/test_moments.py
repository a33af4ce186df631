"""A moment, however languages, databases, spreadsheets and people print it, and never one of two readings."""

from datetime import UTC, datetime

from app.dialects.text import Scalar
from app.dialects.values import fields
from app.dialects.values.kinds import Trouble
from app.dialects.values.moments import Moment, day_of, epoch_of, moment_of, says_no_moment
from tests.table import each_row

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
AT = datetime(2026, 11, 29, 15, 19, 35, tzinfo=UTC).timestamp()


@each_row(
    "raw",
    [
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00",
        "2026-11-21 12:00:00",
        "2026-11-21T07:00:00-05:00",
        "2026-11-21T12:00:00.000Z",
        "2026-11-21 06:00:00 CST",
        "2026-11-21 12:00:00 UTC",
        "11/21/2026 12:00:00 PM",
        "11/21/2026 12:00",
        "11-21-2026 12:00:00",
        "11/21/2026, 12:00 pm",
        "11/21/26 12:00",
        "11/21/2026 12PM",
        "202611211200",
        202611211200,
        20261121120000,
        NOON,
        int(NOON),
        int(NOON * 1000),
        str(int(NOON)),
        str(int(NOON * 1000)),
        f"{NOON:.3f}",
        int(NOON * 1_000_000),
        int(NOON) * 1_000_000_000,
    ],
)
def test_a_time_may_be_written_in_many_ways(raw: Scalar) -> None:
    assert epoch_of(raw) == NOON
    assert fields.moment(raw) == NOON


@each_row(
    "text",
    [
        "Sun Nov 29 2026 15:19:35 GMT+0000 (Coordinated Universal Time)",
        "Sun Nov 29 2026 10:19:35 GMT-0500 (Eastern Standard Time)",
        "Sun Nov 29 2026 05:19:35 GMT-1000 (Hawaii-Aleutian Standard Time)",
        "Sun Nov 29 2026 15:19:35 GMT 0000 (Coordinated Universal Time)",
        "Sun, 29 Nov 2026 15:19:35 +0000",
        "Sun, 29 Nov 2026 15:19:35 GMT",
        "2026-11-29T15%3A19%3A35Z",
        "2026-11-29T15:19:35%2B00:00",
        "29 Nov 2026 10:19:35 EST",
        "Sunday, 29-Nov-26 15:19:35 UTC",
        "Sun Nov 29 15:19:35 2026",
        "Sun Nov 29 15:19:35 UTC 2026",
        "Sun Nov 29 10:19:35 EST 2026",
        "Sun 29 Nov 2026 03:19:35 PM UTC",
        "2026-11-29T15:19:35Z[UTC]",
        "2026-11-29T10:19:35-05:00[America/New_York]",
        "2026-11-29T15:19:35.000Z[Etc/UTC]",
        "2026/11/29 15:19:35",
        "2026.11.29 15:19:35",
        "2026-11-29 3:19:35 PM",
        "20261129151935",
        "20261129151935000",
        "20261129T151935Z",
        "20261129 15:19:35",
        "2026-11-29T15:19:35 00:00",
        "2026-11-29T15:19:35 0000",
        "2026-11-29T20:49:35 05:30",
        "2026-11-29 10:19:35 -0500",
        "2026-11-29 10:19:35 -05:00",
        "2026-11-29 15:19:35 +0000 UTC",
        "2026-11-29 10:19:35.000000 -0500 EST m=+0.0001",
        "2026-11-29 10:19:35 America/New_York",
        "2026-11-29 10:19:35 US/Eastern",
        "2026-11-29 10:19:35 ET",
        "2026-11-29 10:19:35 Eastern Time",
        "2026-11-29 15:19:35 UTC",
        "2026-11-29T15:19:35.000000000Z",
        "2026-11-29T15:19:35,000Z",
        "2026-11-29t15:19:35z",
        "11/29/2026 3:19:35 PM",
        "11/29/2026 3:19:35 p.m.",
        "11/29/2026, 3:19:35 PM",
        "11/29/2026 10:19:35 AM EST",
        "11/29/2026 10:19:35 -0500",
        "11/29/26 15:19:35",
        "11-29-26 15:19:35",
        "11/29/2026 15:19:35:000",
        "Nov 29, 2026 3:19:35 PM",
        "November 29, 2026, 3:19:35 PM",
        "November 29th, 2026 at 3:19:35 pm",
        "November 29, 2026 at 10:19:35 AM EST",
        "29 November 2026 15:19:35",
        "29th of November 2026 15:19:35",
        "29/Nov/2026:15:19:35 +0000",
        "29-Nov-2026 15:19:35",
        "29-NOV-26 03.19.35.000000 PM",
        "29-NOV-26 03.19.35.000000000 PM",
        "29-NOV-2026 15.19.35",
        "29-NOV-26 10.19.35.000000 AM -05:00",
        "29-NOV-26 10.19.35.000000 AM US/EASTERN",
        "29-NOV-26 03.19.35 PM UTC",
        "2026-Nov-29 15:19:35",
        "/Date(1795965575000)/",
        r"\/Date(1795965575000)\/",
        "/Date(1795965575000-0500)/",
        "new Date(1795965575000)",
        '"2026-11-29T15:19:35Z"',
        "'2026-11-29 15:19:35'",
        "1795965575",
        "1795965575000",
        "1795965575000000",
        "1795965575000000000",
        "1795965575.0",
        "@1795965575",
        "2026-11-29 15:19:35 GMT+0",
        "2026-11-29 10:19:35 (EST)",
        "2026-11-29 10:19:35 UTC-5",
        "2026-11-29T15:19:35+0000",
        "2026-11-29T15:19:35+00",
        "Sun, Nov 29, 2026 15:19:35",
        "2026-11-29T15:19:35.000+0000",
    ],
)
def test_a_moment_is_read_as_languages_databases_and_people_print_it(text: str) -> None:
    assert epoch_of(text) == AT


@each_row(
    ("raw", "hour"),
    [
        ("11/21/2026 1:30 AM", 1.5),
        ("11/21/2026 12:30 AM", 0.5),
        ("11/21/2026", 0),
        ("Nov 21, 2026", 0),
        ("21-NOV-26", 0),
        ("21-NOV-2026", 0),
    ],
)
def test_half_days_and_bare_days_are_understood(raw: str, hour: float) -> None:
    assert epoch_of(raw) == NOON - (12 - hour) * 3600


def test_a_clock_of_a_named_region_is_put_forward_in_summer() -> None:
    summer, winter = "2026-07-01 10:00:00", "2026-12-01 10:00:00"
    assert [epoch_of(f"{summer} {zone}") for zone in ("ET", "America/New_York", "EDT")] == [
        epoch_of(f"{summer}-04:00")
    ] * 3
    assert [epoch_of(f"{winter} {zone}") for zone in ("ET", "America/New_York", "EST")] == [
        epoch_of(f"{winter}-05:00")
    ] * 3


@each_row(
    ("text", "zoned"),
    [
        ("2026-11-21 12:00:00", False),
        ("11/21/26 12:00", False),
        ("2026-11-21T12:00:00Z", True),
        ("2026-11-21 12:00:00 UTC", True),
        ("2026-11-21 12:00:00 GMT+0000 (Coordinated Universal Time)", True),
        (str(int(NOON)), True),
    ],
)
def test_a_moment_tells_whether_its_zone_was_named(text: str, zoned: bool) -> None:
    assert moment_of(text) == Moment(NOON, zoned)


@each_row(
    "text",
    [
        "29/11/2026 15:19",
        "29.11.2026 15:19",
        "5/5/99",
        "2026-11-29 15:19 IST",
        "2026-11-29 15:19 Mars/Phobos",
        "2026-11-29 15:19 America/../UTC",
        "2026-11-29 15:19 America/Nowhere",
        "2026-11-29 15:19:35 soon",
        "2026-11-29 25:00",
        "2026-11-29 15:61",
        "2026-11-29T15:19:35 99:00",
        "11/29/2026 13:00 PM",
        "11/29/2026 1:30 2027",
        "Nov 31 2026",
        "29 Brumaire 2026",
        "20261340151935",
        "15:19",
        "46355.638",
        "/Date(soon)/",
        "x" * 101,
    ],
)
def test_what_could_be_two_moments_or_none_is_none(text: str) -> None:
    assert epoch_of(text) is None
    assert isinstance(fields.moment(text), Trouble)


@each_row(
    "raw",
    [
        "0000-00-00 00:00:00",
        "0000-00-00",
        "00/00/0000",
        "0001-01-01T00:00:00",
        "1/1/0001 12:00:00 AM",
        "1970-01-01 00:00:00",
        "1970-01-01T00:00:00.000Z",
        "12/31/1969 19:00:00",
        "1900-01-00",
        "9999-12-31T23:59:59",
        "/Date(-62135596800000)/",
        "0",
        0,
        0.0,
    ],
)
def test_the_zero_of_a_database_is_no_moment(raw: Scalar) -> None:
    assert says_no_moment(raw)
    assert fields.moment(raw) is None


@each_row("raw", ["1999-12-31", "2026-11-21", "5", 7, "soon", ""])
def test_what_is_merely_old_or_wrong_is_not_a_zero(raw: Scalar) -> None:
    assert not says_no_moment(raw)


@each_row(
    "raw",
    [
        "1980-05-01",
        "5/1/1980",
        "05-01-1980 10:30",
        "May 1, 1980",
        "1 May 1980",
        "1st of May 1980",
        "1980/5/1",
        "1980.05.01",
        "19800501",
        19800501,
        "1-May-1980",
        "Thu May 01 1980 00:00:00 GMT-0400 (Eastern Daylight Time)",
    ],
)
def test_a_day_is_read_as_it_is_printed(raw: Scalar) -> None:
    assert day_of(raw) == "1980-05-01"


@each_row("text", ["5/1/80", "13/1/1980", "1980-02-30", "1.5.1980", "10:30", "May 1980", ""])
def test_a_day_of_no_century_and_no_month_is_none(text: str) -> None:
    assert day_of(text) is None
