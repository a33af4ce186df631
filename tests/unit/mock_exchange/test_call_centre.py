"""The call centre: it calls what is in the CRM, and tells what came of it when that is known."""

import asyncio
from collections.abc import Mapping
from functools import partial

from app.mock_exchange.call_centre import GIVES_UP_S, CallCentre, Worked
from app.mock_exchange.consumers import consumer
from app.mock_exchange.market.time import SteppedTime

STARTS = 1_795_172_400.0
LEADS = 200


def worked(
    arrives_after_s: float, *, shared: bool = False, leads: int = LEADS
) -> tuple[list[Worked | None], list[Mapping[str, str | float]]]:
    """What became of some hundred solar leads that reach the CRM this long after their sale, and what was told."""
    time = SteppedTime(STARTS, gap_s=1e9)
    told: list[Mapping[str, str | float]] = []
    found: list[Worked | None] = []

    async def tell(outcome: Mapping[str, str | float]) -> None:
        told.append(outcome)

    async def nothing_due() -> float | None:
        return None

    async def work(centre: CallCentre, number: int) -> None:
        who = consumer(1, number, "solar")
        found.append(await centre.work(who, "acme", f"lead-{number}", lambda _: 140_000, shared=shared))

    async def scene() -> None:
        centre = CallCentre(time, 1, lambda _: time.now() >= STARTS + arrives_after_s, tell)
        for number in range(1, leads + 1):
            time.act(STARTS, partial(work, centre, number))
        await time.run(nothing_due)

    asyncio.run(scene())
    return found, told


def test_leads_are_called_and_some_are_bought_as_often_as_the_truth_says() -> None:
    found, told = worked(0.0)
    leads = [lead for lead in found if lead is not None]
    assert len(leads) == LEADS
    bought = sum(lead.bought for lead in leads)
    expected = sum(lead.probability for lead in leads)
    assert 0.5 * expected < bought < 1.6 * expected
    assert all(lead.value_cents == (140_000 if lead.bought else 0) for lead in leads)
    events = [outcome["event"] for outcome in told]
    assert events.count("sold") == bought
    assert events.count("contacted") + events.count("not_contacted") == LEADS
    assert all(outcome["value"] == 1_400.0 for outcome in told if outcome["event"] == "sold")
    assert len({outcome["event_id"] for outcome in told}) == len(told)


def test_nobody_is_called_before_the_crm_has_the_lead() -> None:
    _, told = worked(3_600.0)
    assert min(float(outcome["occurred_at"]) for outcome in told) > STARTS + 3_600.0


def test_a_lead_that_never_arrives_is_given_up() -> None:
    found, told = worked(GIVES_UP_S + 3_600.0, leads=5)
    assert found == [None] * 5
    assert told == []


def test_a_shared_lead_is_bought_less_often() -> None:
    alone, shared = worked(0.0)[0], worked(0.0, shared=True)[0]
    assert all(
        one is not None and other is not None and other.probability < one.probability
        for one, other in zip(sorted(alone, key=_name), sorted(shared, key=_name), strict=True)
    )


def _name(lead: Worked | None) -> str:
    assert lead is not None
    return lead.lead_id
