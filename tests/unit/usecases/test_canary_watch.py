"""A canary that loses money is stopped by name, is written down with its figure, and shadows until it is resumed."""

import logging
from pathlib import Path

import pytest

from app.domain.auction.canary import canary_name
from app.domain.catalogue import Catalogue, Challenger
from app.store.errors import StoreUnavailable
from app.usecases.bidder import Bidder
from app.usecases.canary_watch import CANARY_S, CanaryWatch
from app.usecases.standing.restore import requests_of
from app.wire.feedback import Outcome
from tests.bidder import NOW, another, ask, at_bidder, last_ping, sell, somebody
from tests.build import campaign, catalogue, model

DAY = 86_400.0
NAME = canary_name("solar", "2")


def tried(*, since: float = NOW - 1.0) -> Catalogue:
    """A canary that believes in every lead beside a live model that believes in few."""
    challenger = Challenger(model=model(0.9, version="2"), canary=0.5, since=since, matures_s=DAY)
    return catalogue(challengers={"solar": challenger}, campaigns=[campaign(caps=())])


async def bought(bidder: Bidder, leads: int, converts: str = "") -> None:
    """So many leads are bought by either; those that this version bought convert, where one is named."""
    for number in range(leads):
        bid = ask(bidder, **another(number))
        answer = await sell(bidder, bid.ping_id, contact=somebody(number), **another(number))
        assert answer.status == "accepted", answer
        row = await bidder.store.lead(answer.lead_id)
        assert row is not None
        if row.model_version == converts:
            told = Outcome(lead_id=answer.lead_id, event="sold", event_id=f"e{number}", occurred_at=NOW + 60.0)
            await bidder.store.record_outcome(told, NOW + 61.0)


async def heard(bidder: Bidder) -> None:
    """What the service hears every second."""
    bidder.standing.apply(requests_of(await bidder.store.requests(NOW)))


def test_one_that_costs_more_than_chance_explains_is_stopped_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(bidder: Bidder) -> None:
        await bought(bidder, 60, converts="1")
        watch = CanaryWatch(bidder)
        await watch.look(NOW + DAY - 60.0)
        assert await bidder.store.switches(NOW) == []
        await watch.look(NOW + 2 * DAY)
        (switch,) = await bidder.store.switches(NOW)
        assert (switch.kind, switch.target, switch.told_by) == ("pause", NAME, "service")
        assert switch.why.startswith("with all leads it would have earned $")
        assert "less than the live model, more than the $" in switch.why
        assert (await bidder.store.audit_lines())[0].why == switch.why
        assert bidder.metrics.counted("canaries_stopped_total") == {("solar",): 1}
        await heard(bidder)
        for number in range(100, 130):
            ask(bidder, **another(number))
            line = last_ping(bidder, tmp_path)
            assert (line.model, line.shadow is not None and line.shadow.model) == ("1", "2")
            assert NAME in line.standing.paused
        # It is told once.
        await watch.look(NOW + 3 * DAY)
        assert bidder.metrics.counted("canaries_stopped_total") == {("solar",): 1}
        await bidder.store.clear_switch("pause", NAME, "maria", "", NOW)
        await heard(bidder)
        models = set()
        for number in range(200, 230):
            ask(bidder, **another(number))
            models.add(last_ping(bidder, tmp_path).model)
        assert models == {"1", "2"}

    with caplog.at_level(logging.ERROR):
        at_bidder(tmp_path, scene, tried())
    assert f"{NAME} was stopped and only shadows now: with all leads" in caplog.text
    assert f"`leadbid resume {NAME}`" in caplog.text


@pytest.mark.parametrize("since", [0.0, NOW + DAY])
def test_what_it_bought_before_or_since_nobody_knows_when_is_no_evidence(tmp_path: Path, since: float) -> None:
    async def scene(bidder: Bidder) -> None:
        await bought(bidder, 60, converts="1")
        await CanaryWatch(bidder).look(NOW + 3 * DAY)
        assert await bidder.store.switches(NOW) == []

    at_bidder(tmp_path, scene, tried(since=since))


def test_one_that_earns_as_much_goes_on(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await bought(bidder, 60)
        await CanaryWatch(bidder).look(NOW + 2 * DAY)
        assert await bidder.store.switches(NOW) == []

    at_bidder(tmp_path, scene, tried())


def test_without_a_database_nothing_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(bidder: Bidder) -> None:
        async def away(*_: object) -> None:
            raise StoreUnavailable("away")

        monkeypatch.setattr(bidder.store, "trial_sales", away)
        watch = CanaryWatch(bidder)
        await watch.look(NOW)
        await watch.look(NOW + CANARY_S)
        assert bidder.metrics.counted("canaries_stopped_total") == {}

    at_bidder(tmp_path, scene, tried())
