"""A file and its specification make a history: labelled, matured, oldest first, of what a ping can know."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.histories.history import History
from training.histories.scratch import NoData
from training.histories.spec import Spec, SpecField, ValueOf
from training.histories.specified import ROWS_MIN, read_history

DAY = 86_400.0


def rows(count: int = 400) -> list[dict[str, str]]:
    """The newest first, an hour apart; every fourth is sold."""
    return [
        {
            "lead": str(number),
            "when": str(np.datetime64("2026-03-01T00:30:00") - np.timedelta64(number, "h")),
            "status": "sold" if number % 4 == 0 else "no",
            "tier": "good" if number % 3 else "poor",
            "bill": f"{100 + number % 7}.5",
            "owner": "yes" if number % 2 else "no",
            "brought": "1000" if number % 4 == 0 else "",
        }
        for number in range(count)
    ]


def file(folder: Path, told: list[dict[str, str]]) -> Path:
    path = folder / "leads.csv"
    path.write_text("\n".join([",".join(told[0]), *(",".join(row.values()) for row in told)]))
    return path


FIELDS = (
    SpecField(name="tier", type="choice"),
    SpecField(name="monthly_bill", type="number", column="bill"),
    SpecField(name="owner", type="boolean"),
    SpecField(name="local_hour", type="hour", column="when"),
    SpecField(name="weekday", type="weekday", column="when"),
    SpecField(name="lead", type="integer", known_at_ping=False),
)


def spec(**other: Any) -> Spec:
    told = {"vertical": "solar", "label": "status", "positive": "sold", "order": "when", "fields": FIELDS}
    return Spec(**{**told, **other})


def history(folder: Path, told: list[dict[str, str]], **other: Any) -> History:
    return read_history(file(folder, told), spec(**other), tell=lambda _: None)


def refused(folder: Path, told: list[dict[str, str]], **other: Any) -> str:
    with pytest.raises(NoData) as error:
        history(folder, told, **other)
    return str(error.value)


def test_leads_stand_oldest_first_with_the_facts_that_a_ping_knows(tmp_path: Path) -> None:
    found = history(tmp_path, rows(), value="brought", time_zone="America/New_York")
    assert len(found) == 400
    assert np.all(np.diff(found.at) == 3_600.0)
    assert found.converted.tolist() == [int(number % 4 == 0) for number in reversed(range(400))]
    # Half past midnight on a Sunday, told without an offset: on the clock of the zone it is in.
    assert found.at[-1] == 1_772_325_000.0 + 5 * 3_600.0
    assert found.rows([399]) == [
        {"tier": "poor", "monthly_bill": 100.5, "owner": 0.0, "local_hour": 0.0, "weekday": 6.0}
    ]
    assert found.value_mean == 1_000.0


def test_a_file_without_times_is_ordered_by_its_rows(tmp_path: Path) -> None:
    found = history(tmp_path, rows(), order="row", fields=FIELDS[:3])
    assert not found.timed
    assert found.converted.tolist() == [int(number % 4 == 0) for number in range(400)]


@pytest.mark.parametrize(
    ("when", "hour"),
    [
        ("2026-01-05 10:37:00", 10),
        ("1/5/26 10:37", 10),
        ("2026-01-05 10:37:00 America/New_York", 10),
        ("2026-01-05 10:37:00 EST", 10),
        ("2026-01-05T10:37:00-05:00", 10),
        ("Mon Jan 05 2026 10:37:00 GMT-0500 (Eastern Standard Time)", 10),
        ("2026-01-05 10:37:00 UTC", 5),
        ("2026-01-05 10:37:00+00", 5),
        ("Mon, 05 Jan 2026 10:37:00 +0000", 5),
        ("1767609420", 5),
        ("1767609420000", 5),
    ],
)
def test_a_time_that_names_its_zone_is_never_shifted_again(tmp_path: Path, when: str, hour: int) -> None:
    told = [{**row, "when": f'"{when}"'} for row in rows(200)]
    found = history(tmp_path, told, time_zone="America/New_York")
    assert set(found.columns["local_hour"]) == {hour}
    assert set(found.columns["weekday"]) == {0}


def test_spellings_of_a_label_and_of_a_category_are_one(tmp_path: Path) -> None:
    told = [
        {
            **row,
            "status": ("Sold", "sold ", "No", "no")[number % 4],
            "tier": ("good", "Good", " good ", "poor")[number % 4],
        }
        for number, row in enumerate(rows())
    ]
    found = history(tmp_path, told)
    assert np.mean(found.converted) == 0.5
    assert set(found.columns["tier"]) == {"good", "poor"}


def test_what_is_no_number_is_missing_where_that_is_allowed_and_said(tmp_path: Path) -> None:
    told = [{**row, "bill": "call me" if number == 3 else row["bill"]} for number, row in enumerate(rows())]
    assert "is not a number" in refused(tmp_path, told)
    lenient = SpecField(name="bill", type="number", unreadable="missing")
    found = history(tmp_path, told, fields=(lenient,))
    assert np.sum(np.isnan(found.columns["bill"])) == 1
    assert found.notes == ("bill: 1 values that are no number were read as missing",)


def test_a_column_may_have_a_decimal_sign_of_its_own(tmp_path: Path) -> None:
    told = [{**row, "bill": f'"{number},5"', "lead": f"{number}.5"} for number, row in enumerate(rows())]
    fields = (SpecField(name="bill", type="number"), SpecField(name="lead", type="number", decimal="."))
    found = history(tmp_path, told, fields=fields, decimal=",", value="bill")
    assert found.rows([399]) == [{"bill": 0.5, "lead": 0.5}]
    assert found.value_mean == np.mean([number + 0.5 for number in range(0, 400, 4)])


def test_young_leads_are_left_out_whatever_they_came_to(tmp_path: Path) -> None:
    found = history(tmp_path, rows(), maturity_days=2.0)
    assert len(found) == 400 - 48
    assert np.mean(found.converted) == pytest.approx(0.25, abs=0.01)
    assert "48 leads younger than 2 days" in found.notes[0]


def test_a_missing_label_is_refused_unless_it_may_be_left_out(tmp_path: Path) -> None:
    told = [{**row, "status": "NaN" if number < 5 else row["status"]} for number, row in enumerate(rows())]
    assert "5 of 400 rows have no 'status'" in refused(tmp_path, told)
    found = history(tmp_path, told, missing_label="leave_out")
    assert len(found) == 395
    assert found.notes == ("5 rows without a label were left out",)


def test_leads_of_which_none_has_matured_are_no_history(tmp_path: Path) -> None:
    told = [{**row, "status": ""} for row in rows()]
    assert "none of 400 rows has a 'status'" in refused(tmp_path, told, missing_label="leave_out")


def test_a_column_that_only_conversions_fill_may_be_the_label(tmp_path: Path) -> None:
    said = ("$120.50", "", "0.00", "2026-03-01")
    told = [{**row, "status": said[number % 4]} for number, row in enumerate(rows())]
    assert history(tmp_path, told, positive="*").converted[:4].tolist() == [1, 0, 0, 1]
    assert "no row has a 'status' other than 0" in refused(
        tmp_path, [{**row, "status": ""} for row in told], positive="*"
    )


def test_a_label_that_is_neither_is_left_out(tmp_path: Path) -> None:
    told = [{**row, "status": "open" if number % 10 == 1 else row["status"]} for number, row in enumerate(rows())]
    assert len(history(tmp_path, told)) == 400
    found = history(tmp_path, told, negative=("no",))
    assert len(found) == 360
    assert "40 rows whose label is neither" in found.notes[0]


def test_a_value_seen_once_is_refused_unless_it_may_be_unknown(tmp_path: Path) -> None:
    told = rows()
    told[7]["tier"] = "exellent"
    said = refused(tmp_path, told)
    assert "fields.tier: 'exellent' occurs in one row only" in said
    assert 'values_seen_once = "unknown"' in said
    found = history(tmp_path, told, values_seen_once="unknown")
    assert set(found.columns["tier"]) == {"good", "poor", None}
    assert found.notes == ("tier: 'exellent' occurs in one row only, read as unknown",)


def test_of_very_many_values_those_seen_once_are_no_mistake(tmp_path: Path) -> None:
    told = [{**row, "tier": f"R{number // 2}"} for number, row in enumerate(rows(399))]
    assert len(history(tmp_path, told)) == 399


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"label": "state"}, "label: there is no column 'state'; did you mean 'status'?"),
        ({"positive": "won"}, "positive: no row has 'won' in 'status'; it holds no, sold"),
        ({"positive": ("no", "sold")}, "'status' is the same in every row"),
        ({"where": {"owner": "maybe"}}, "no row has 'maybe' in 'owner'"),
        ({"order": "tier"}, "column 'tier': row 1 holds something like 'aaaa', which is not a time"),
        ({"fields": (SpecField(name="bill", type="integer"),)}, "fractions"),
        ({"fields": (SpecField(name="tier", type="number"),)}, "is not a number"),
        ({"maturity_days": 16.0}, "labelled and matured rows of 400"),
    ],
)
def test_what_does_not_fit_is_said_with_file_and_key(tmp_path: Path, other: dict[str, Any], says: str) -> None:
    said = refused(tmp_path, rows(), **other)
    assert says in said
    assert "leads.csv" in said


def test_a_constant_label_and_too_few_rows_are_refused(tmp_path: Path) -> None:
    assert "the same in every row" in refused(tmp_path, [{**row, "status": "sold"} for row in rows()])
    assert f"fewer than {ROWS_MIN}" in refused(tmp_path, rows(20))


def test_a_lead_without_a_time_has_no_place_and_many_are_refused(tmp_path: Path) -> None:
    told = [{**row, "when": "unknown" if number % 100 == 3 else row["when"]} for number, row in enumerate(rows())]
    found = history(tmp_path, told)
    assert len(found) == 396
    assert found.notes == ("4 rows without a time were left out",)
    told = [{**row, "when": "" if number % 10 == 3 else row["when"]} for number, row in enumerate(rows())]
    assert "40 of 400 rows have no time in 'when'" in refused(tmp_path, told)


def test_one_history_has_one_fingerprint_and_a_changed_one_another(tmp_path: Path) -> None:
    first = history(tmp_path, rows()).fingerprint
    assert history(tmp_path, rows()).fingerprint == first
    changed = rows()
    changed[9]["bill"] = "1.5"
    assert history(tmp_path, changed).fingerprint != first


def test_values_that_stand_for_none_are_missing_however_they_are_written(tmp_path: Path) -> None:
    told = rows()
    for row in told[::2]:
        row["bill"] = "-1.0" if row["lead"].endswith("0") else "-1"
        row["tier"] = "Not Given"
    fields = (
        SpecField(name="tier", type="choice", missing=("not given",)),
        SpecField(name="monthly_bill", type="number", column="bill", missing=(-1, 9999)),
    )
    found = history(tmp_path, told, fields=fields)
    assert np.isnan(found.columns["monthly_bill"]).sum() == 200
    assert [value is None for value in found.columns["tier"]] == [number % 2 == 0 for number in reversed(range(400))]
    assert "monthly_bill: 200 values that stand for none (-1, 9999) are missing" in found.notes


def test_leads_count_by_their_weight_which_must_be_above_nothing(tmp_path: Path) -> None:
    told = [{**row, "times": "2.5" if row["status"] == "no" else "1"} for row in rows()]
    found = history(tmp_path, told, weight="times")
    assert found.weight is not None
    assert np.array_equal(found.weight, np.where(found.converted == 1, 1.0, 2.5))
    told[7]["times"] = ""
    assert "weight: 1 of 400 rows have no 'times' above 0" in refused(tmp_path, told, weight="times")


def test_leads_of_a_group_stand_together_where_its_newest_does(tmp_path: Path) -> None:
    told = [{**row, "house": str(min(number, 400 - number))} for number, row in enumerate(rows())]
    found = history(tmp_path, told, group="house")
    assert found.group is not None
    changes = np.count_nonzero(np.diff(found.group))
    assert changes + 1 == len(np.unique(found.group)) == 201
    last = np.append(np.flatnonzero(np.diff(found.group)), 399)
    assert np.all(np.diff(found.at[last]) > 0.0)


def test_a_lead_without_a_group_is_one_by_itself(tmp_path: Path) -> None:
    told = [{**row, "house": "" if number % 2 else "one"} for number, row in enumerate(rows())]
    found = history(tmp_path, told, group="house")
    assert found.group is not None
    assert len(np.unique(found.group)) == 201


def test_a_value_may_be_a_share_of_a_field_that_a_ping_knows(tmp_path: Path) -> None:
    found = history(tmp_path, rows(), value=ValueOf(field="monthly_bill", rate="0.5%"))
    assert found.value is not None
    assert np.allclose(found.value, 0.005 * found.columns["monthly_bill"])
    assert "value: there is no column 'loan'" in refused(tmp_path, rows(), value=ValueOf(field="loan", rate=0.1))


def timed(told: list[dict[str, str]], days: Any) -> list[dict[str, str]]:
    """The same with the time of each conversion, so many days after its lead; a young one has no label yet."""
    for number, row in enumerate(told):
        sold, closed = row["status"] == "sold", np.datetime64(row["when"]) + np.timedelta64(int(days(number) * 24), "h")
        row["closed"] = str(closed) + "-05:00" if sold else ""
        row["status"] = "" if number < 48 else row["status"]
    return told


LATER = {"converted_at": "closed", "missing_label": "not_yet", "time_zone": "America/Chicago"}


def test_times_of_conversions_propose_the_maturity_and_weigh_the_young(tmp_path: Path) -> None:
    # Of 16 days of leads one in four is sold within four days, but for eight, which takes twelve.
    told = timed(rows(), lambda number: 12.0 if number % 52 == 0 else 1.0 + number // 4 % 4)
    end = "2026-03-01T06:00:00"
    found = history(tmp_path, told, **LATER, known_until=end)
    assert found.maturity_days is not None
    assert found.maturity_days <= 13.0
    # An hour less than two days: these times name their own zone, and those of leads are on another clock.
    assert found.delays[""].quantile(0.4) == pytest.approx(47.0 / 24.0)
    assert found.seen is not None
    assert (np.diff(found.seen) <= 0.0).all()
    # Leads without a label that have a time are sold; the youngest say nothing yet.
    assert 352 < len(found) < 400
    assert found.converted[-10:].any()
    alone = history(tmp_path, told, **LATER, known_until=end, young="leave_out", maturity_days=4.0)
    assert alone.seen is None
    assert alone.at.max() <= found.at.max() - 2.0 * DAY
    assert (alone.maturity_days, alone.converted.mean()) == (4.0, pytest.approx(0.23, abs=0.03))


def test_until_when_outcomes_are_known_may_stand_in_a_column_or_be_told(tmp_path: Path) -> None:
    told = timed(rows(), lambda _: 1.0)
    for row in told:
        row["seen"] = "2026-03-20T00:00:00"
    assert history(tmp_path, told, **LATER, known_until="seen").seen is None
    assert history(tmp_path, told, **LATER, known_until="2026-03-20").seen is None
    said = refused(tmp_path, told, **LATER, known_until="soon")
    assert "known_until: 'soon' is no column and no time; write 2026-11-30" in said
    assert "converted_at: there is no column 'shut'" in refused(tmp_path, told, converted_at="shut")
