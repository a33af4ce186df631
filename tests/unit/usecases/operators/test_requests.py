"""What operators ask for is checked against what is declared, and nothing else is done."""

import pytest

from app.domain.configuration import Configuration
from app.usecases.operators.requests import NotDone, declared_cap, read_limit
from tests.build import campaign, cap, catalogue, seller
from tests.table import each_row

COUNT = cap(name="daily", limit=40)
SPEND = cap(name="budget", measure="spend", limit=40_000)


@each_row(
    ("written", "limit"), [("40", 40), (" 1,250 ", 1_250), ("$40", None), ("4.5", None), ("1,2", None), ("-3", None)]
)
def test_a_limit_on_leads_is_a_whole_number(written: str, limit: int | None) -> None:
    if limit is None:
        with pytest.raises(NotDone, match="counts leads"):
            read_limit(COUNT, written)
    else:
        assert read_limit(COUNT, written) == limit


@each_row(("written", "limit"), [("2500", 250_000), ("$2,500.50", 250_050), ("12,50", None), ("many", None)])
def test_a_limit_on_spend_is_written_in_dollars(written: str, limit: int | None) -> None:
    if limit is None:
        with pytest.raises(NotDone, match="counts dollars"):
            read_limit(SPEND, written)
    else:
        assert read_limit(SPEND, written) == limit


def declared() -> Configuration:
    return catalogue(
        [campaign(caps=(COUNT, SPEND))], sellers=[seller(caps=(cap(name="daily", owner="acme", scope="seller"),))]
    ).configuration


def test_a_cap_is_found_by_its_owner_and_name() -> None:
    assert declared_cap(declared(), "solar-tx/daily") == COUNT


@each_row(
    ("title", "remedy"),
    [
        ("daily", "write solar-tx/daily or acme/daily"),
        ("solar-tx", "write solar-tx/daily or solar-tx/budget"),
        ("solar-tx/dayly", "did you mean `solar-tx/daily`?"),
    ],
)
def test_a_cap_that_is_not_there_is_answered_with_those_that_are(title: str, remedy: str) -> None:
    with pytest.raises(NotDone) as refused:
        declared_cap(declared(), title)
    assert remedy in str(refused.value)
