"""`leadbid journal`."""

import json
import re
import time
from pathlib import Path

import pytest

from app.cli import main
from app.domain.reasons import Refusal
from app.journal.configurations import keep
from app.journal.lines import RefusedLine
from app.journal.reader import lines
from app.journal.writer import JournalWriter, hour_of
from app.settings import sole_use
from app.usecases.bidder import Bidder
from tests.bidder import another, ask, at_bidder, journaled, sell

Capture = pytest.CaptureFixture[str]
HOUR_S = 3_600.0


def ago(data: Path, *hours: int) -> list[RefusedLine]:
    """A line in each of these hours before now."""
    now, journal = time.time(), JournalWriter(data / "journal")
    wanted = [
        RefusedLine(at=now - hour * HOUR_S, seller="acme", id=f"{hour:024x}", refusal=Refusal("missing_field", "zip"))
        for hour in hours
    ]
    for line in wanted:
        journal.append(line)
    journal.flush()
    return wanted


def names(data: Path) -> set[str]:
    return {path.name for path in (data / "journal").iterdir()} - {"in-use-by", "tallies"}


@pytest.mark.parametrize(("words", "kept"), [([], 2), (["--keep-hours", "4"], 4)])
def test_all_but_the_latest_hours_are_compacted(tmp_path: Path, capsys: Capture, words: list[str], kept: int) -> None:
    wanted = ago(tmp_path, 5, 4, 3, 2, 1, 0)
    assert main(["journal", "compact", "--data", str(tmp_path), *words]) == 0
    named = [hour_of(line.at) for line in wanted]
    compacted, left = {f"{hour}-1.parquet" for hour in named[:-kept]}, {f"{hour}.jsonl" for hour in named[-kept:]}
    assert names(tmp_path) == compacted | left
    said = capsys.readouterr().out
    assert re.search(rf"^{named[0]}-1  1 lines, 0\.0 MB -> 0\.0 MB$", said, re.MULTILINE)
    assert said.endswith(f"{6 - kept} lines compacted\n")
    assert list(lines(tmp_path / "journal")) == wanted
    assert {path.stem for path in (tmp_path / "journal" / "tallies").iterdir()} == set(named[:-kept])
    assert main(["journal", "compact", "--data", str(tmp_path), *words]) == 0
    assert capsys.readouterr().out == "nothing to compact: all past hours are compacted\n"


def test_broken_lines_are_counted(tmp_path: Path, capsys: Capture) -> None:
    (line,) = ago(tmp_path, 5)
    with (tmp_path / "journal" / f"{hour_of(line.at)}.jsonl").open("ab") as file:
        file.write(b'{"kind":"do')
    assert main(["journal", "compact", "--data", str(tmp_path)]) == 0
    assert "1 of them cannot be parsed; their bytes are kept" in capsys.readouterr().out


def test_the_hours_in_use_cannot_be_compacted(tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["journal", "compact", "--data", str(tmp_path), "--keep-hours", "1"])
    assert "use 2 to 1,000,000: the hour being written, and the one before" in capsys.readouterr().err


def test_one_at_a_time_compacts_and_a_service_is_no_hindrance(tmp_path: Path, capsys: Capture) -> None:
    ago(tmp_path, 5)
    with sole_use(tmp_path / "journal"):
        assert main(["journal", "compact", "--data", str(tmp_path)]) == 1
    assert "journal is in use by process" in capsys.readouterr().err
    with sole_use(tmp_path):
        assert main(["journal", "compact", "--data", str(tmp_path)]) == 0


@pytest.mark.parametrize("action", ["compact", "stats"])
def test_a_directory_without_a_journal_is_named_and_stays_empty(tmp_path: Path, capsys: Capture, action: str) -> None:
    assert main(["journal", action, "--data", str(tmp_path)]) == 1
    assert f"there is no journal at {tmp_path / 'journal'}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_duckdb_every_command_says_what_is_missing(
    tmp_path: Path, capsys: Capture, request: pytest.FixtureRequest
) -> None:
    (line,) = ago(tmp_path, 5)
    assert main(["journal", "compact", "--data", str(tmp_path)]) == 0
    request.getfixturevalue("without_duckdb")
    capsys.readouterr()
    for words in (["journal", "compact"], ["journal", "stats"], ["explain", line.id]):
        assert main([*words, "--data", str(tmp_path)]) == 1
        assert capsys.readouterr().err == "Parquet needs DuckDB: pip install 'leadbid[reports]'\n"


def test_stats_are_printed_for_people_and_for_programs(tmp_path: Path, capsys: Capture) -> None:
    async def scene(bidder: Bidder) -> int:
        bids = [ask(bidder, **another(number)) for number in (1, 2)]
        ask(bidder, zip="90001", state="CA", **another(3))
        answer = await sell(bidder, bids[0].ping_id, **another(1))
        # Posted with another ZIP, so refused: won all the same.
        await sell(bidder, bids[1].ping_id, **{**another(2), "zip": "75201"})
        journaled(bidder, tmp_path)
        return answer.price_cents

    price = at_bidder(tmp_path, scene)
    assert main(["journal", "stats", "--data", str(tmp_path)]) == 0
    page = capsys.readouterr().out
    assert page.startswith("3 pings: 2 bids (66.7%), 1 refused\n")
    assert f"\n1 leads bought for ${price / 100:.2f}, 0 auctions reported lost\n" in page
    assert re.search(rf"^  solar +3 +2 +66\.7% +2 +100\.0% +1 +\${price / 100:.2f}$", page, re.MULTILINE)
    assert re.search(r"^  outside_territory +1 +33\.3%$", page, re.MULTILINE)
    assert re.search(r"^  2026-11-20T16 +5$", page, re.MULTILINE)
    assert page.endswith("\n0 lines cannot be read\n")

    assert main(["journal", "stats", "--json", "--data", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sellers"] == {
        "acme": {"pings": 3, "bids": 2, "won": 2, "leads": 1, "spend_cents": price, "bid_rate": 2 / 3, "win_rate": 1.0}
    }
    assert document["posts"][0] == {"status": "accepted", "reason_code": "", "count": 1}
    assert (document["time_zone"], document["lines_by_day"]) == ("UTC", {"2026-11-20": 5})
    assert document["paid_cents"]["p50"] == price
    assert document["bid_cents"].keys() == {"p5", "p25", "p50", "p75", "p95"}


def test_days_are_those_of_the_buyers_zone(tmp_path: Path, capsys: Capture) -> None:
    async def scene(bidder: Bidder) -> None:
        ask(bidder, **another(1))
        journaled(bidder, tmp_path)
        keep(tmp_path / "journal", bidder.catalogue)

    at_bidder(tmp_path, scene)
    # 16:00 UTC is ten in the morning in Chicago.
    for since, hours in (("2026-11-20T10:00", {"2026-11-20T10": 1}), ("2026-11-20T10:30", {})):
        assert main(["journal", "stats", "--json", "--data", str(tmp_path), "--since", since]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["time_zone"] == "America/Chicago"
        assert document["lines_by_hour"] == hours


@pytest.mark.parametrize(
    ("words", "pings"),
    [
        ([], 3),
        (["--since", "150m"], 2),
        (["--since", "2d", "--until", "90m"], 2),
        (["--until", "2026-01-01"], 0),
        (["--since", "2999-01-01T15:00Z"], 0),
    ],
)
def test_a_span_narrows_what_is_counted(tmp_path: Path, capsys: Capture, words: list[str], pings: int) -> None:
    ago(tmp_path, 3, 2, 1)
    assert main(["journal", "stats", "--json", "--data", str(tmp_path), *words]) == 0
    assert json.loads(capsys.readouterr().out)["pings"] == pings


def test_many_hours_are_shown_as_days(tmp_path: Path, capsys: Capture) -> None:
    ago(tmp_path, *range(60))
    assert main(["journal", "stats", "--data", str(tmp_path)]) == 0
    shown = re.findall(r"^  (\d{4}-\d\d-\d\d)(T\d\d)? +\d+$", capsys.readouterr().out, re.MULTILINE)
    assert {hour for _, hour in shown} == {""}
    assert len(shown) in (3, 4)
