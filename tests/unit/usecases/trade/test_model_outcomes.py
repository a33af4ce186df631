"""Leads are judged in a thread now and then for all who ask, and anew where a trial says otherwise."""

import asyncio
import threading
import time
from pathlib import Path

from app.domain.catalogue import Challenger
from app.usecases.bidder import Bidder
from app.usecases.trade.model_outcomes import KEPT_S, ModelOutcomes
from app.wire.feedback import Outcome
from tests.bidder import NOW, another, ask, at_bidder, sell, somebody
from tests.build import campaign, catalogue, model

DAY = 86_400.0
PLAIN = catalogue([campaign()], models=[model(0.3)])
TRIED = catalogue(
    [campaign()],
    models=[model(0.3)],
    challengers={"solar": Challenger(model=model(0.9, version="2"), canary=0.5, since=NOW - 1.0, matures_s=DAY)},
)


async def bought(bidder: Bidder, leads: int, converted: int) -> None:
    for number in range(leads):
        bid = ask(bidder, **another(number))
        answer = await sell(bidder, bid.ping_id, contact=somebody(number), **another(number))
        if number < converted:
            told = Outcome(lead_id=answer.lead_id, event="sold", event_id=f"e{number}", occurred_at=NOW + 60.0)
            await bidder.store.record_outcome(told, NOW + 61.0)


def test_they_are_counted_once_for_all_and_again_by_other_terms(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await bought(bidder, 4, converted=1)
        outcomes = ModelOutcomes(bidder.store, lambda: None)
        young = await outcomes.now(PLAIN, NOW + 2 * DAY)
        assert young.outcomes["solar", "1"].calibration.too_young == 4
        assert await outcomes.lately(PLAIN, NOW + 2 * DAY + KEPT_S / 2) is young
        # The trial gives a lead a day.
        judged = await outcomes.lately(TRIED, NOW + 2 * DAY + 1.0)
        assert judged is not None
        found = judged.outcomes["solar", "1"]
        assert (found.calibration.leads, found.calibration.conversions) == (4, 1)
        assert (found.in_trial.leads, found.in_trial.matured) == (4, 4)

    at_bidder(tmp_path, scene, PLAIN)


def test_a_page_waits_for_no_newer_count_than_there_is_and_sees_it_the_next_time(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        outcomes = ModelOutcomes(bidder.store, lambda: None)
        first = await outcomes.now(PLAIN, NOW)
        await bought(bidder, 1, converted=0)
        assert await outcomes.lately(PLAIN, NOW + 2 * KEPT_S) is first
        newer = await outcomes.now(PLAIN, NOW + 2 * KEPT_S)
        assert newer.outcomes["solar", "1"].bought.leads == 1
        assert await outcomes.lately(PLAIN, NOW + 2 * KEPT_S) is newer

    at_bidder(tmp_path, scene, PLAIN)


def test_bids_are_answered_while_leads_are_counted_and_a_page_gives_up_waiting(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await bought(bidder, 25, converted=0)
        counted = threading.Event()

        def rest() -> None:
            counted.wait(10.0)

        outcomes = ModelOutcomes(bidder.store, rest)
        began = time.monotonic()
        assert await outcomes.lately(PLAIN, NOW + DAY) is None
        assert time.monotonic() - began < 5.0
        assert ask(bidder, **another(99)).status == "accepted"
        counted.set()
        assert len((await outcomes.now(PLAIN, NOW + DAY)).outcomes) == 1

    at_bidder(tmp_path, scene, PLAIN)


def test_two_who_ask_at_once_wait_for_one_count(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        outcomes = ModelOutcomes(bidder.store, lambda: None)
        both = await asyncio.gather(*[outcomes.now(PLAIN, NOW) for _ in range(2)])
        assert both[0] is both[1]

    at_bidder(tmp_path, scene, PLAIN)
