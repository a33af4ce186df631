"""`describe` drafts a specification that `train` can use as it is, and says of every field it withholds why."""

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from training.histories.draft import draft, written
from training.histories.joining import OWN
from training.histories.spec import ValueOf, read_spec
from training.histories.specified import read_history
from training.histories.tables import open_table
from training.main import main

Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("leaks_are_sought_by_few_trees")

MADE = """
    SELECT i AS lead_id, 'id' || hash(i) AS session,
        strftime(TIMESTAMP '2026-01-05 08:00:00' + INTERVAL (i * 20) MINUTE, '%m/%d/%Y %H:%M') AS "Created At",
        strftime(TIMESTAMP '2026-01-25 08:00:00' + INTERVAL (i * 20) MINUTE, '%m/%d/%Y %H:%M') AS closed_at,
        'jane' || i || '@example.org' AS contact, '555-010-' || (1000 + i) AS call_back, 'Jane' AS first_name,
        ['good', 'fair', 'poor'][1 + i % 3] AS tier, 60000 + hash(i) % 300 AS zip, 'R' || hash(i * 3) % 400 AS region,
        replace((50.5 + hash(i * 5) % 300)::VARCHAR, '.', ',') AS bill, (18 + hash(i * 7) % 60)::INT AS age,
        i % 2 = 0 AS owner, 'please call me after ' || i || ' today' AS remark, 'web' AS source, NULL AS nothing,
        CASE WHEN hash(i * 11) % 1000 < 200 + 150 * (i % 3 = 0)::INT THEN 'won' ELSE 'lost' END AS result,
        round(hash(i * 13) % 900 / 10.0 + CASE WHEN result = 'won' THEN 150 ELSE 0 END)::INT AS talk_seconds,
        CASE WHEN result = 'won' THEN '4000,5' END AS revenue
    FROM range(700) t(i)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "CRM export.csv"
    duckdb.execute(f"COPY ({MADE}) TO '{path}' (FORMAT csv, HEADER, DELIMITER ';')")
    return path


@pytest.fixture(scope="module")
def drafted(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("draft") / "spec.toml"
    assert main(["describe", "--data", str(made), "--label", "result", "--out", str(out)]) == 0
    return out


def on_line(path: Path) -> dict[str, str]:
    """What is said on each field's own line."""
    return dict(re.findall(r'^name = "(.*?)"  # (.*)$', path.read_text(), re.MULTILINE))


def test_what_can_be_seen_is_drafted(drafted: Path) -> None:
    spec = read_spec(drafted)
    assert (spec.vertical, spec.label, spec.positive) == ("crm_export", "result", "won")
    assert (spec.order, spec.time_format, spec.decimal) == ("Created At", "", ",")
    known = {field.name: field.type for field in spec.fields if field.known_at_ping}
    assert known == {
        "tier": "choice",
        "zip": "choice",
        "region": "choice",
        "bill": "number",
        "age": "integer",
        "owner": "boolean",
        "local_hour": "hour",
        "weekday": "weekday",
    }
    assert '# value = ""  # what a conversion brought: revenue, perhaps' in drafted.read_text()


def test_every_field_that_is_withheld_has_its_reason_on_its_line(drafted: Path) -> None:
    said = on_line(drafted)
    for name, why in {
        "lead_id": "identifier",
        "session": "identifier",
        "contact": "who somebody is",
        "call_back": "who somebody is",
        "first_name": "who somebody is",
        "remark": "free text",
        "source": "the same in every row",
        "nothing": "empty in every row",
        "closed_at": "perhaps written later",
        "Created At": "order of the leads",
    }.items():
        assert why in said[name], name


def test_the_leak_and_no_honest_field_is_suspected(drafted: Path) -> None:
    suspects = {name: why for name, why in on_line(drafted).items() if "suspected leak" in why}
    assert suspects.keys() == {"talk_seconds", "revenue"}
    assert re.search(r"AUC 1\.000 alone \(limit 0\.90\), -?\d\.\d{3} of AUC lost", suspects["talk_seconds"])
    assert drafted.read_text().count("suspected leak") == 2


def test_the_draft_reads_the_file_it_was_drafted_from(drafted: Path, made: Path) -> None:
    history = read_history(made, read_spec(drafted), tell=lambda _: None)
    assert len(history) == 700
    assert "talk_seconds" not in history.columns
    assert history.columns["bill"].dtype == np.float64
    assert history.columns["zip"].tolist()[0].startswith("60")
    assert history.columns["local_hour"][:4].tolist() == [8.0, 8.0, 8.0, 9.0]


def odd_rows() -> list[str]:
    """A history as a spreadsheet saves what people have typed."""
    return [
        f"{n};{1 + n // 96}/{1 + n % 28}/26 {n % 24}:37;{('Owner', 'Owner', 'owner', 'Renter ')[n % 4]};"
        f"{'unknown' if n % 37 == 5 else f'${n * 7.25 + 950:,.2f}'};"
        f"{'call me' if n == 200 else f'{n * 1_000 + 200_000:,}'};"
        f"{'Yes' if n % 2 else 'No'};{23_850_000_000 + n % 6};{('Yes', 'yes', 'Y', 'no', 'No', 'NO', 'no')[n % 7]}"
        for n in range(300)
    ]


def test_the_draft_of_a_spreadsheet_reads_it_to_what_it_says(tmp_path: Path) -> None:
    path, out = tmp_path / "leads.csv", tmp_path / "spec.toml"
    names = "Lead ID;Created;Occupant;Annual bill;Home value;Do Not Email;Campaign ID;Sold"
    lines = ["sep=;", names, *odd_rows(), *odd_rows()[:30], "Total;;;;999;;;"]
    path.write_text("\r\n".join(lines), encoding="utf-16")
    with open_table(path) as table:
        drafted = draft(table, label="Sold", vertical="solar")
    out.write_text(written(drafted, drafted.spec.fields[0].reason.splitlines()))
    spec = read_spec(out)
    assert (spec.order, spec.positive) == ("Created", ("yes", "Y"))
    known = {field.name: field.type for field in spec.fields if field.known_at_ping}
    assert known == {
        "Occupant": "choice",
        "Annual bill": "number",
        "Home value": "integer",
        "Do Not Email": "boolean",
        "Campaign ID": "choice",
        "local_hour": "hour",
        "weekday": "weekday",
    }
    history = read_history(path, spec, tell=lambda _: None)
    assert len(history) == 300
    assert history.converted.sum() == sum(n % 7 < 3 for n in range(300))
    assert {row["Occupant"] for row in history.rows(range(300))} == {"Owner", "Renter"}
    first = history.rows([0])[0]
    assert first == {
        "Occupant": "Owner",
        "Annual bill": 950.0,
        "Home value": 200_000.0,
        "Do Not Email": 0.0,
        "Campaign ID": "23850000000",
        "local_hour": 0.0,
        "weekday": 3.0,
    }
    assert np.sum(np.isnan(history.columns["Home value"])) == 1
    assert [note.split(":")[0] for note in history.notes] == [
        "line 333",
        "30 of 330 rows repeat another in every column and were left out",
        "Home value",
    ]


def test_the_spreadsheet_is_described_with_what_was_left_out(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(
        "\n".join(
            [
                "Lead ID;Occupant;Sold",
                *(f"{n};{'a' if n % 3 else 'b'};{'yes' if n % 4 else 'no'}" for n in range(300)),
                "(300 rows)",
            ]
        )
    )
    assert main(["describe", "--data", str(path), "--label", "Sold"]) == 0
    text = capsys.readouterr().out
    assert "# line 302: a total or a remark and no lead, left out" in text
    assert 'positive = "yes"  # is it this one? it stands in 75% of the rows: yes in 225 rows, no in 75 rows' in text


def test_a_file_of_nothing_but_its_outcome_is_refused_with_the_remedy(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(["bought", *("no" if n % 4 else "yes" for n in range(300))]))
    assert main(["describe", "--data", str(path), "--label", "bought"]) == 2
    assert "'bought' is its only column: add what was known of each lead" in capsys.readouterr().err


def test_what_the_file_leaves_open_is_asked_in_the_draft(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "leads.csv"
    lines = [f"{'alpha' if n % 5 else 'beta'},{'x' if n else 'slip'},{n % 7}" for n in range(300)]
    path.write_text("\n".join(["stage,kind,n", *lines, ",x,3"]))
    assert main(["describe", "--data", str(path), "--label", "stage"]) == 0
    text = capsys.readouterr().out
    assert 'positive = "beta"  # is it this one? alpha in 240 rows, beta in 60 rows' in text
    assert 'missing_label = "refuse"  # 1 rows have none; "leave_out" if it is not known yet' in text
    assert 'order = "row"  # no column of times was found' in text
    assert "values_seen_once = \"unknown\"  # in one row only: kind 'slip'" in text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--label", "reslut"], "there is no column 'reslut'; did you mean 'result'?"),
        ([], "say which column is the outcome"),
        (["--label", "first_name"], "the same in every row"),
        (["--label", "age"], "is no outcome"),
    ],
)
def test_what_can_be_no_label_is_refused(made: Path, capsys: Capture, words: list[str], says: str) -> None:
    assert main(["describe", "--data", str(made), *words]) == 2
    assert says in capsys.readouterr().err


def test_a_handful_of_rows_is_refused(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("y,a\n" + "yes,1\nno,2\n" * 10)
    assert main(["describe", "--data", str(path), "--label", "y"]) == 2
    assert "20 labelled and matured rows" in capsys.readouterr().err


def leads(folder: Path) -> Path:
    """What `dataset` writes of two verticals: a row a lead, some shared, the newest not matured."""
    folder.mkdir()
    own: dict[str, Any] = {
        "at": "1.78e9 + i * 600.0",
        "vertical": "CASE WHEN i % 4 = 0 THEN 'roofing' ELSE 'solar' END",
        "leg": "CASE WHEN i % 10 = 0 THEN 'shared' ELSE 'exclusive' END",
        "converted": "CASE WHEN i < 1100 THEN hash(i) % 10 < 2 END",
        "converted_at": "CASE WHEN hash(i) % 10 < 2 THEN 1.78e9 + i * 600.0 + hash(i) % 900000 END",
        "known_until": "1.78e9 + 1100 * 600.0 + 14 * 86400.0",
        "maturity_days": "14.0",
        "stated_cents": "CASE WHEN i < 1100 AND hash(i) % 10 < 2 THEN 90000 END",
    }
    columns = [f'{own.get(name, "NULL::VARCHAR")} AS "{name}"' for name in OWN]
    facts = [
        "CASE WHEN i % 4 > 0 THEN ['10', '20'][1 + i % 2] END AS rate",
        "CASE WHEN i % 4 = 0 THEN 12 END AS roof_age",
        "i % 3 AS fact_value",
        "'7870' || i % 10 AS zip",
        "'s-' || i % 5 AS sub_id",
        "'TX' || i % 6 AS state",
        "i % 24 AS local_hour",
    ]
    path = folder / "leads.parquet"
    duckdb.execute(f"COPY (SELECT {', '.join(columns + facts)} FROM range(1200) t(i)) TO '{path}'")
    return folder


def test_leads_that_a_service_has_bought_need_no_word_of_explanation(tmp_path: Path, capsys: Capture) -> None:
    folder, out = leads(tmp_path / "dataset"), tmp_path / "spec.toml"
    assert main(["describe", "--data", str(folder)]) == 2
    assert "leads of solar, roofing: say which, with --vertical" in capsys.readouterr().err
    assert main(["describe", "--data", str(folder), "--vertical", "solar", "--out", str(out)]) == 0
    spec = read_spec(out)
    assert (spec.label, spec.positive, spec.order) == ("converted", True, "at")
    assert (spec.value, spec.missing_label) == (ValueOf(field="stated_cents", rate=0.01), "not_yet")
    assert (spec.converted_at, spec.known_until, spec.maturity_days) == ("converted_at", "known_until", 14.0)
    assert spec.where == {"vertical": "solar", "leg": "exclusive"}
    # Digits that are text on the wire stay text; facts of the other vertical are none of this one's.
    fields = {field.name: (field.type, field.known_at_ping) for field in spec.fields}
    assert fields == {
        "rate": ("choice", True),
        "value": ("integer", True),
        "zip": ("choice", False),
        "sub_id": ("choice", False),
        "state": ("choice", True),
        "local_hour": ("integer", True),
    }
    history = read_history(folder / "leads.parquet", spec, tell=lambda _: None)
    # Those that have not matured are weighed.
    assert len(history) == sum(1 for i in range(1_200) if i % 4 and i % 10)
    assert history.value_mean == 900.0
    assert {type(value) for value in history.columns["rate"]} == {str}
    assert set(history.columns) == {"rate", "value", "state", "local_hour"}


def test_a_service_without_an_export_is_told_how_to_make_one(tmp_path: Path, capsys: Capture) -> None:
    assert main(["describe", "--data", str(tmp_path)]) == 2
    assert "neither journal nor leads.parquet" in capsys.readouterr().err
    (tmp_path / "journal").mkdir()
    assert main(["describe", "--data", str(tmp_path)]) == 2
    assert f"run `leadbid export --data {tmp_path}` first" in capsys.readouterr().err
