"""A challenger beside the live model: who answers whom, what is written down, and that nothing of it can hurt."""

from collections.abc import Callable, Mapping
from math import nan
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.catalogue import Catalogue, Challenger, Model
from app.domain.seller import Habits
from app.journal.lines import PingLine
from app.journal.shadow import UNPRICED
from app.usecases.bidder import Bidder
from app.wire.ping import Value
from tests.bidder import NOW, another, ask, at_bidder, journaled, last_ping
from tests.build import campaign, catalogue, model

KEEN = model(0.4, version="2")
LEADS = 60


def tried(challenger: Model = KEEN, canary: float = 0.0, **overrides: Any) -> Catalogue:
    return catalogue(challengers={"solar": Challenger(model=challenger, canary=canary)}, **overrides)


def failing(error: Exception) -> Model:
    def fails(_facts: Mapping[str, Value]) -> float:
        raise error

    return replace(KEEN, probability=fails)


def asked(folder: Path, whole: Catalogue, leads: int = 1, **overrides: Any) -> list[PingLine]:
    """The lines of so many leads' pings."""

    async def scene(bidder: Bidder) -> list[PingLine]:
        for number in range(leads):
            ask(bidder, **{**another(number), **overrides})
        return [line for line in journaled(bidder, folder) if isinstance(line, PingLine)]

    folder.mkdir(exist_ok=True)
    return at_bidder(folder, scene, whole)


def test_a_shadow_is_written_down_and_not_sent(tmp_path: Path) -> None:
    (line,) = asked(tmp_path / "tried", tried())
    (untried,) = asked(tmp_path / "untried", catalogue())
    assert line.decision == untried.decision
    assert line.bid_ids == untried.bid_ids
    assert (line.model, untried.shadow) == ("1", None)
    (as_live,) = asked(tmp_path / "as live", catalogue(models=[KEEN]))
    assert line.shadow is not None
    assert line.shadow.model == "2"
    assert [(bid.campaign, bid.leg, bid.price_cents, bid.win_probability, bid.surplus) for bid in line.shadow.bids] == [
        (bid.campaign, bid.leg, bid.price_cents, bid.win_probability, bid.surplus) for bid in as_live.decision.bids
    ]
    assert line.shadow.probability("solar-tx", "exclusive") == 0.4
    assert line.shadow.probability("solar-tx", "shared") == 0.4 * campaign().shared_share
    assert line.shadow.probability("elsewhere", "shared") is None


def test_what_a_shadow_priced_and_did_not_bid_is_known_too(tmp_path: Path) -> None:
    (line,) = asked(tmp_path, tried(model(0.001, version="2")))
    assert line.shadow is not None
    assert line.shadow.refusal is not None
    assert (line.shadow.refusal.code, line.shadow.bids, line.shadow.fault) == ("low_value", (), "")
    assert line.shadow.probability("solar-tx", "exclusive") == 0.001


def test_a_canary_bids_for_its_leads_and_the_live_model_shadows_them(tmp_path: Path) -> None:
    lines = asked(tmp_path, tried(canary=0.5), LEADS)
    by_model = {version: [line for line in lines if line.model == version] for version in ("1", "2")}
    assert all(LEADS / 4 < len(found) < LEADS * 3 / 4 for found in by_model.values())
    for line in lines:
        assert line.shadow is not None
        assert {line.model, line.shadow.model} == {"1", "2"}
        assert line.decision.bids[0].valuation is not None
        assert line.decision.bids[0].valuation.probability == (0.2 if line.model == "1" else 0.4)


def test_a_lead_meets_the_same_model_whenever_it_is_asked_again(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for number in range(10):
            # Two bids apart from each other, since the first has expired.
            for now in (NOW, NOW + 500.0):
                ask(bidder, now=now, **another(number))
        lines = [line for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)]
        assert len(lines) == 20
        assert {line.model for line in lines} == {"1", "2"}
        assert [line.model for line in lines[::2]] == [line.model for line in lines[1::2]]

    at_bidder(tmp_path, scene, tried(canary=0.5))


@pytest.mark.parametrize("canary", [0.0, 1.0])
@pytest.mark.parametrize(
    ("challenger", "fault"),
    [
        (lambda: failing(ZeroDivisionError()), "ZeroDivisionError"),
        (lambda: failing(RecursionError()), "RecursionError"),
        (lambda: model(nan, version="2"), UNPRICED),
        (lambda: model(7.0, version="2"), UNPRICED),
        (lambda: model(version="2", habits={"acme": Habits(quality_factor=nan)}), UNPRICED),
    ],
)
def test_a_challenger_that_cannot_price_never_touches_the_answer(
    tmp_path: Path, challenger: Callable[[], Model], fault: str, canary: float
) -> None:
    async def scene(bidder: Bidder) -> None:
        assert ask(bidder).status == "accepted"
        line = last_ping(bidder, tmp_path)
        assert line.model == "1"
        assert line.decision.bids[0].valuation is not None
        assert line.shadow is not None
        assert (line.shadow.model, line.shadow.fault) == ("2", fault)
        assert bidder.metrics.counted("challenger_faults_total") == {("solar",): 1}

    at_bidder(tmp_path, scene, tried(challenger(), canary))


def test_a_challenger_that_can_price_is_no_fault_beside_a_live_model_that_cannot(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert ask(bidder).status == "accepted"
        line = last_ping(bidder, tmp_path)
        assert line.model == "2"
        assert line.shadow is not None
        assert (line.shadow.model, line.shadow.fault) == ("", UNPRICED)
        assert bidder.metrics.counted("challenger_faults_total") == {}

    at_bidder(tmp_path, scene, tried(canary=1.0, models=[]))


def test_a_test_and_an_answer_that_is_late_are_part_of_no_trial(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        ask(bidder, test=True, **another(1))
        ask(bidder, took_ms=900.0, **another(2))
        test, late = [line for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)]
        assert (test.model, test.shadow) == ("1", None)
        assert late.withdrawn is not None
        assert late.shadow is None

    at_bidder(tmp_path, scene, tried(canary=1.0))


def test_another_verticals_challenger_changes_nothing(tmp_path: Path) -> None:
    whole = catalogue(challengers={"roofing": Challenger(model=model(vertical="roofing"), canary=1.0)})
    (line,) = asked(tmp_path, whole)
    assert (line.model, line.shadow) == ("1", None)
