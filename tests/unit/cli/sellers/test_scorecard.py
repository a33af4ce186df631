"""What a scorecard says of a seller's sub-sources."""

from app.cli.sellers.scorecard import sub_sources
from app.domain.seller import Habits
from tests.build import model


def test_sub_sources_stand_with_the_worst_first() -> None:
    learned = model(habits={"acme": Habits(sub_sources={"search": 1.04, "incentive": 0.291, "email": 0.9})})
    lines = sub_sources(learned, "acme").splitlines()
    assert lines[0] == "Sub-sources, solar"
    assert [line.split() for line in lines[2:]] == [["incentive", "0.29"], ["email", "0.90"], ["search", "1.04"]]


def test_of_many_sub_sources_the_rest_is_counted() -> None:
    learned = model(habits={"acme": Habits(sub_sources={f"s-{number}": 1.0 for number in range(1_025)})})
    assert "and 1,005 more" in sub_sources(learned, "acme")


def test_nothing_is_shown_of_a_seller_that_was_not_measured() -> None:
    assert sub_sources(model(), "acme") == ""
    assert sub_sources(model(habits={"acme": Habits(quality_factor=0.9)}), "acme") == ""
