"""`leadbid outcomes import`: a CRM's file is taken by the endpoint's rules, after a dry run that changes nothing."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import main
from app.domain.delivery.delivery import AttemptReport
from app.store.store import Store
from app.wire.feedback import Outcome
from tests.integration.store.world import NOW, a_sale, count, in_store, on_a_file, refused, whose

Capture = pytest.CaptureFixture[str]
LEADS = [a_sale(number).lead_id for number in range(4)]
AT = datetime.fromtimestamp(NOW + 3_600.0, UTC).isoformat()


def sold(url: str) -> None:
    """Four leads, of one of which the CRM said before that it was contacted."""

    async def scene(store: Store) -> None:
        for number in range(4):
            await store.sell(a_sale(number), refused)
        told = Outcome(lead_id=LEADS[0], event="contacted", event_id="e-0", source="crm", occurred_at=NOW + 60.0)
        await store.record_outcome(told, NOW + 61.0)

    in_store(url, scene)


def written(path: Path, *rows: str, heads: str = "lead_id,event,occurred_at,value,event_id,source") -> Path:
    path.write_text("\n".join([heads, *rows]) + "\n", encoding="utf-8")
    return path


def imported(url: str, *words: str | Path) -> int:
    return main(["outcomes", "import", *map(str, words), "--database", url])


def events(url: str) -> int:
    return count(url, "outcome")


def test_a_dry_run_says_what_would_change_and_changes_nothing(url: str, tmp_path: Path, capsys: Capture) -> None:
    sold(url)
    columns = "lead_id,event,event_id,source,value,occurred_at"
    file = written(
        tmp_path / "crm.csv",
        f"{LEADS[0]},sold,{AT},900.50,e-1,crm",
        f"{LEADS[0]},contacted,{AT},,e-0,crm",
        f"{LEADS[1]},quoted,{AT},,e-2,crm",
        f"{LEADS[1]},not_contacted,{AT},,e-3,crm",
        f"{LEADS[2]},opted_out,{AT},,e-4,crm",
        f"{LEADS[2]},invalid,{AT},,e-5,crm",
        f"nobody,sold,{AT},1,e-6,crm",
    )
    assert imported(url, file, "--dry-run") == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        f"{file}: 7 rows, commas between columns",
        f"  {', '.join(f'{name} <- {name}' for name in columns.split(','))}",
        "5 new: invalid 1, not_contacted 1, opted_out 1, quoted 1, sold 1",
        "1 already known",
        "1 refused",
        "  1 leads advance: no outcome -> quoted",
        "  1 leads advance: contacted -> sold",
        "  1 leads are invalid",
        "  1 people have opted out and will not be bought again",
        "Dry run: nothing was written.",
    ]
    assert told.err.splitlines()[-1] == "  line 8: lead_id: no lead of ours has it"
    assert events(url) == 1
    assert count(url, "suppression") == 0

    assert imported(url, file) == 1
    assert "5 outcomes recorded." in capsys.readouterr().out
    assert events(url) == 6
    assert count(url, "outcome", "value_cents = 90050") == 1
    assert count(url, "suppression") == len(whose(2).all)


@on_a_file
def test_a_program_reads_the_result_as_json(url: str, tmp_path: Path, capsys: Capture) -> None:
    sold(url)
    file = written(tmp_path / "crm.csv", f"{LEADS[0]},sold,{AT},900.50,e-1,crm", f"nobody,sold,{AT},1,e-6,crm")
    assert imported(url, file, "--json") == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["new"], result["known"], result["recorded"], result["dry_run"]) == (1, 0, 1, False)
    assert result["events"] == {"sold": 1}
    assert result["advances"] == [{"from": "contacted", "to": "sold", "leads": 1}]
    assert [row["line"] for row in result["refused"]] == [3]
    assert imported(url, file, "--json", "--dry-run") == 1
    again = json.loads(capsys.readouterr().out)
    assert (again["known"], again["recorded"], again["dry_run"]) == (1, 0, True)


def test_a_file_that_is_imported_twice_counts_once(url: str, tmp_path: Path, capsys: Capture) -> None:
    sold(url)
    # Without ids an event is known by all that it says.
    file = written(
        tmp_path / "crm.csv",
        f"{LEADS[1]},contacted,{AT}",
        f"{LEADS[1]},sold,{AT}",
        f"{LEADS[1]},sold,{AT}",
        heads="lead_id,event,occurred_at",
    )
    for new, known in ((2, 1), (0, 3)):
        assert imported(url, file) == 0
        told = capsys.readouterr().out
        assert f"{new} new" in told
        assert f"{known} already known" in told
    assert events(url) == 3


@on_a_file
def test_a_crms_own_heads_and_words_are_translated(url: str, tmp_path: Path, capsys: Capture) -> None:
    sold(url)
    file = tmp_path / "crm.csv.gz"
    text = (
        "\ufeffOwner;Lead ID;Stage;Close Date;Premium\n"
        f'"Doe; Jane";{LEADS[1]};Closed Won;11/21/2026 2:15 PM EST;"1,200.00"\n'
        f"Jim;{LEADS[2]};No Answer;2026-11-21T19:15:00Z;\n"
        ";;;;\n"
    )
    file.write_bytes(gzip.compress(text.encode()))
    words = ["--map", "Stage=event", "--map", "Close Date=occurred_at", "--map", "Premium=value"]
    words += ["--event", "closed won=sold", "--event", "No Answer=not_contacted", "--source", "hub"]
    assert imported(url, file, *words) == 0
    told = capsys.readouterr().out
    assert "2 rows, semicolons between columns" in told
    assert "not read: Owner" in told
    at = datetime(2026, 11, 21, 19, 15, tzinfo=UTC).timestamp()
    assert count(url, "outcome", f"source = 'hub' AND occurred_at = {at}") == 2
    assert count(url, "outcome", "event = 'sold' AND value_cents = 120000") == 1


@on_a_file
def test_excels_unicode_text_and_cents_are_read(url: str, tmp_path: Path) -> None:
    sold(url)
    file = tmp_path / "crm.txt"
    file.write_bytes(f"lead_id\tevent\toccurred_at\tvalue_cents\n{LEADS[1]}\tsold\t{AT}\t1250\n".encode("utf-16"))
    assert imported(url, file) == 0
    assert count(url, "outcome", "value_cents = 1250") == 1


def known_in_the_crm(url: str, *crm_ids: str) -> None:
    """The CRM has told its own id of each lead."""
    sold(url)

    async def scene(store: Store) -> None:
        for claim in await store.claim_due("crm", "me", NOW + 10.0, 10, 60.0):
            report = AttemptReport(
                delivery_id=claim.delivery_id,
                destination="crm",
                owner=claim.owner,
                attempt=claim.attempt,
                started_at=NOW + 10.0,
                took_ms=5,
                status="delivered",
                http_status=200,
                crm_id=crm_ids[LEADS.index(str(claim.lead["lead_id"]))],
            )
            assert await store.acknowledge(report)

    in_store(url, scene)


def test_a_lead_may_be_named_by_the_crms_own_id(url: str, tmp_path: Path, capsys: Capture) -> None:
    # The second CRM, too, numbers from one.
    known_in_the_crm(url, "c-0", "c-1", "1", "1")
    file = written(
        tmp_path / "crm.csv",
        f"c-0,sold,{AT}",
        f"1,sold,{AT}",
        f"c-9,sold,{AT}",
        heads="crm_id,event,occurred_at",
    )
    assert imported(url, file) == 1
    assert count(url, "outcome", f"lead_id = '{LEADS[0]}' AND event = 'sold'") == 1
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "  line 3: crm_id: two leads have it in two CRMs: give lead_id",
        "  line 4: crm_id: no lead of ours has it",
    ]


def test_a_lead_is_found_by_any_of_its_ids_in_every_form(url: str, tmp_path: Path, capsys: Capture) -> None:
    known_in_the_crm(url, "00Q5g00000aBCdEEAW", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "00123", "12345678901")
    told = [
        ("00Q5g00000aBCdE", 0),
        ("{6F9619FF-8B86-D011-B42D-00C04FC964FF}", 1),
        ("123", 2),
        ("'00123", 2),
        ('="00123"', 2),
        ("12345678901.0", 3),
        ('"12,345,678,901"', 3),
        (LEADS[1].upper(), 1),
        (f'="{LEADS[1]}"', 1),
        (a_sale(2).ping_id, 2),
    ]
    rows = [f"{named},contacted,{NOW + place},{place}" for place, (named, _) in enumerate(told)]
    assert imported(url, written(tmp_path / "crm.csv", *rows, heads="Lead ID,event,date,event_id")) == 0
    for place, (_, number) in enumerate(told):
        assert count(url, "outcome", f"event_id = '{place}' AND lead_id = '{LEADS[number]}'") == 1

    rows = [f"{crm_id},sold,{AT}" for crm_id in ("1.23E+15", "00Q5G00000ABCDE", "00Q5g00000aBCdF")]
    assert imported(url, written(tmp_path / "crm.csv", *rows, heads="crm_id,event,date")) == 1
    assert [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()[-3:]] == [
        "crm_id: a spreadsheet wrote it in short, as Excel does; format the column as text, and export it again",
        "crm_id: its capitals are lost; export the ids of 18 characters",
        "crm_id: no lead of ours has it",
    ]


def test_of_two_forms_of_one_id_the_very_same_counts(url: str, tmp_path: Path) -> None:
    known_in_the_crm(url, "00123", "123", "x", "y")
    rows = [f"{crm_id},sold,{AT},e{crm_id}" for crm_id in ("123", "00123")]
    assert imported(url, written(tmp_path / "crm.csv", *rows, heads="crm_id,event,date,event_id")) == 0
    assert count(url, "outcome", f"event_id = 'e123' AND lead_id = '{LEADS[1]}'") == 1


@on_a_file
def test_words_to_ignore_and_sums_are_passed_over_and_counted(url: str, tmp_path: Path, capsys: Capture) -> None:
    sold(url)
    file = written(tmp_path / "crm.csv", f"{LEADS[1]},New,{AT},,,", f"{LEADS[1]},sold,{AT},1,,", "Total,,,1,,")
    assert imported(url, file, "--event", "new=ignore", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["new"], result["ignored"], result["left_out"], result["refused"]) == (1, 1, 1, [])
    assert imported(url, file, "--event", "new=ignore") == 0
    said = capsys.readouterr().out
    assert "3 rows" in said
    assert "1 ignored, as --event says\n1 left out: no leads\n" in said


@on_a_file
def test_a_time_that_cannot_be_is_refused(url: str, tmp_path: Path, capsys: Capture) -> None:
    sold(url)
    file = written(tmp_path / "crm.csv", f"{LEADS[1]},sold,2096-01-01,1,,", f"{LEADS[1]},sold,2026-11-01,1,,")
    assert imported(url, file) == 1
    said = capsys.readouterr().err
    assert "line 2: occurred_at: lies in the future" in said
    assert "line 3: occurred_at: lies before the lead was bought" in said
    assert events(url) == 1


@on_a_file
@pytest.mark.parametrize(
    ("row", "remedy"),
    [
        (
            f"{LEADS[1]},nurturing,{AT},,,",
            "event: contacted, not_contacted, qualified, quoted, sold, invalid or opted_out",
        ),
        (f"{LEADS[1]},,{AT},,,", "event: is missing"),
        (f",sold,{AT},,,", "lead_id: is missing"),
        (f"{LEADS[1]},sold,soon,,,", "occurred_at: a time in ISO 8601 or epoch seconds"),
        (f"{LEADS[1]},sold,,,,", "occurred_at: is missing"),
        (f'{LEADS[1]},sold,{AT},"12,50",,', "value: dollars, as in 12.50"),
        (f"{LEADS[1]},sold,{AT},-5,,", "value: dollars, as in 12.50"),
        (f"{LEADS[1]},sold,{AT},1,200,,", "7 cells, the names of the columns are 6: quote what holds a delimiter"),
        (f"{LEADS[1]},sold,{AT},,e-0,crm", "event_id: an outcome told before has the same one and says otherwise"),
        (f"{LEADS[1]},sold,{AT},,e-7,crm", "event_id: a line above has the same one and says otherwise"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_with_its_remedy_and_the_others_are_taken(
    row: str, remedy: str, url: str, tmp_path: Path, capsys: Capture
) -> None:
    sold(url)
    file = written(tmp_path / "crm.csv", f'{LEADS[2]},contacted,{AT},,"e-7",crm', row)
    bad = tmp_path / "bad.csv"
    assert imported(url, file, "--refused", bad) == 1
    error = capsys.readouterr().err
    assert f"  line 3: {remedy}" in error
    assert LEADS[1] not in error
    assert events(url) == 2
    with bad.open(newline="") as text:
        head, left = csv.reader(text)
    assert head[:3] == ["line", "remedy", "lead_id"]
    assert left[2:] == next(csv.reader([row]))


@on_a_file
@pytest.mark.parametrize(
    ("text", "words", "remedy"),
    [
        (b"", (), "is empty"),
        (b"id,stage,when\n", (), "has no column for lead_id; there are: id, stage, when"),
        (b"lead_id,stage,date\n", (), "--map 'COLUMN=event'"),
        (b"lead_id,event,date\n", ("--map", "Stage=event"), "has no column 'Stage'"),
        (b"lead_id,event,date,x\n", ("--map", "x=price"), "a column can be lead_id, crm_id"),
        (b"lead_id,event,event,date\n", (), "two columns 'event'"),
        (b'lead_id,event,date\n1,"sold,2026-11-21\n', (), "line 2: unexpected end of data"),
        (b"PK\x03\x04" + bytes(60), (), "is an Excel workbook or an archive, whatever its name: open it in Excel and"),
        (gzip.compress(b"lead_id,event,date\n" * 99, mtime=0)[:40], (), "cannot be unpacked"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_taken_in_part(
    text: bytes, words: tuple[str, ...], remedy: str, url: str, tmp_path: Path, capsys: Capture
) -> None:
    sold(url)
    (tmp_path / "crm.csv").write_bytes(text)
    assert imported(url, tmp_path / "crm.csv", *words) == 1
    assert remedy in capsys.readouterr().err
    assert events(url) == 1


def test_a_correction_has_an_id_of_its_own_and_counts_by_when_it_happened(
    url: str, tmp_path: Path, capsys: Capture
) -> None:
    sold(url)
    file = written(tmp_path / "crm.csv", f"{LEADS[1]},sold,2026-11-21,900,a,", f"{LEADS[1]},sold,2026-11-22,700,b,")
    assert imported(url, file) == 0
    again = written(tmp_path / "more.csv", f"{LEADS[1]},sold,2026-11-23,0,c,", f"{LEADS[1]},sold,2026-11-20,9,d,")
    assert imported(url, again, "--dry-run") == 0
    assert "1 sales get a new value" in capsys.readouterr().out


@on_a_file
def test_hundreds_of_rows_are_taken_in_commits_of_some(url: str, tmp_path: Path, capsys: Capture) -> None:
    sold(url)
    rows = [f"{LEADS[number % 4]},contacted,{NOW + number},,n-{number}," for number in range(603)]
    assert imported(url, written(tmp_path / "crm.csv", *rows)) == 0
    assert "603 outcomes recorded." in capsys.readouterr().out
    assert events(url) == 604


def test_a_missing_database_or_file_is_said(tmp_path: Path, capsys: Capture) -> None:
    file = written(tmp_path / "crm.csv")
    assert main(["outcomes", "import", str(file), "--data", str(tmp_path)]) == 1
    assert "name the service's own data directory" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["outcomes", "import", str(file), "--map", "stage"])
    assert "write theirs=ours" in capsys.readouterr().err


@on_a_file
def test_no_file_is_said_by_its_name(url: str, tmp_path: Path, capsys: Capture) -> None:
    assert imported(url, tmp_path / "none.csv") == 1
    assert f"{tmp_path / 'none.csv'} cannot be used" in capsys.readouterr().err
