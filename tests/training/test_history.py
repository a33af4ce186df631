"""The synthetic history: ordered, reproducible, and holding on a row no more than its ping."""

from pathlib import Path

import numpy as np
import pytest

from app.domain.calendar import local_time
from tests.histories import facts_in
from training.errors import TrainingError
from training.histories.declared import declared, spec_of
from training.histories.history import History
from training.histories.synthetic import DAY_S, DAYS, ENDS_AT, synthetic


@pytest.fixture(scope="module")
def history(demo: Path) -> History:
    known = declared(demo)
    return synthetic(known.verticals["auto_insurance"], known.zone, rows=1_000, seed=5, tell=lambda _: None)


def test_it_is_ordered_by_time_and_ends_where_it_always_ends(history: History) -> None:
    assert np.all(np.diff(history.at) >= 0.0)
    assert ENDS_AT - (DAYS + 1) * DAY_S < history.at[0] < history.at[-1] < ENDS_AT + DAY_S


def test_one_seed_is_one_history(history: History, demo: Path) -> None:
    known = declared(demo)
    again = synthetic(known.verticals["auto_insurance"], known.zone, rows=1_000, seed=5, tell=lambda _: None)
    other = synthetic(known.verticals["auto_insurance"], known.zone, rows=1_000, seed=6, tell=lambda _: None)
    assert again.fingerprint == history.fingerprint != other.fingerprint


def test_labels_follow_the_truth(history: History) -> None:
    assert history.truth is not None
    assert np.mean(history.converted) == pytest.approx(np.mean(history.truth), abs=0.03)
    likely = history.truth > np.median(history.truth)
    assert np.mean(history.converted[likely]) > 1.5 * np.mean(history.converted[~likely])


def test_a_row_holds_facts_of_a_ping_and_nothing_hidden(history: History) -> None:
    names = {name for row in facts_in(history) for name in row}
    assert {"state", "zip3", "local_hour", "weekday", "credit_tier", "age"} <= names
    assert not {"intent", "seller", "call_delay_s", "city", "phone", "email", "best_time_to_call"} & names


def test_hours_are_the_buyers_own(history: History) -> None:
    for at, row in zip(history.at[:200], facts_in(history), strict=False):
        assert row["local_hour"] == local_time(at, "America/New_York").minute // 60
    hours = [row["local_hour"] for row in facts_in(history)]
    assert hours.count(14) > 3 * hours.count(3)


def test_progress_is_told_as_it_is_made(demo: Path) -> None:
    heard: list[int] = []
    known = declared(demo)
    synthetic(known.verticals["solar"], known.zone, rows=5_000, seed=1, tell=heard.append)
    assert heard == [5_000]


@pytest.mark.parametrize(
    "content", ["[buyer]", "not toml", "[buyer]\ntime_zone = 'UTC'\n[[verticals]]\nname = 'solar'\nfields = 3"]
)
def test_a_file_that_declares_too_little_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "buyer.toml"
    path.write_text(content)
    with pytest.raises(TrainingError, match=r"buyer\.toml"):
        declared(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be read"):
        declared(tmp_path / "buyer.toml")


def test_what_providers_tell_of_pings_is_a_field_to_learn_from(tmp_path: Path) -> None:
    path = tmp_path / "buyer.toml"
    path.write_text(
        """
[buyer]
time_zone = "America/Chicago"
[[verticals]]
name = "solar"
[[verticals]]
name = "roofing"
[[checks]]
name = "score"
on = ["ping"]
verticals = ["solar"]
facts = [{ name = "ip_score", property = "s" }, { name = "net", type = "choice", values = ["A"], property = "n" }]
[[checks]]
name = "late"
facts = [{ name = "never", property = "x" }]
""",
        encoding="utf-8",
    )
    found = declared(path).verticals
    told = {name: [(field.name, field.type) for field in spec_of(each).fields] for name, each in found.items()}
    assert told["solar"][:2] == [("ip_score", "number"), ("net", "choice")]
    assert not {"ip_score", "never"} & {name for name, _ in told["roofing"]}
