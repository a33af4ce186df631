"""Targets of a running bidder: what sales make of them, what a restart finds, and what a line replays."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.domain.catalogue import Catalogue
from app.domain.targets.targets import WHOLE, CampaignTarget, KeptLedger, TargetKind, TargetLedger, TargetStanding
from app.journal.replay import redecide
from app.reports.explain import explain
from app.store.returns.requests import ReturnWanted
from app.usecases.bidder import Bidder
from app.usecases.returns.answer import hear_credits
from app.usecases.standing.changes import LedgersRead, TimePassed
from app.usecases.standing.restore import restore
from app.wire.returns import ReturnReply
from tests.bidder import NOW, another, ask, at_bidder, last_ping, sell, somebody
from tests.build import campaign, catalogue, seller
from tests.standing import returned

DAY_S = 86_400.0


def target(kind: TargetKind, amount: float, window: Any = "day") -> CampaignTarget:
    return CampaignTarget(name=kind, owner="solar-tx", kind=kind, amount=amount, window=window, zone="America/Chicago")


def aiming(*targets: CampaignTarget, sellers: tuple[str, ...] = ("acme",), **rest: Any) -> Catalogue:
    declared = campaign(targets=targets, target_raise_cents=1_000, **rest)
    return catalogue([declared], [seller(name=name) for name in sellers])


CHEAP = aiming(target("cost_per_acquisition", 100.0))
"""A conversion may cost a dollar, so that every lead is too dear."""


SEVEN = TargetLedger(dual=0.4, leads=7.0, spent=14_000.0, allowed=9_000.0)


async def buy(bidder: Bidder, number: int, now: float = NOW) -> int:
    """The price of one more lead that was bought."""
    answer = ask(bidder, now=now, **another(number))
    sold = await sell(bidder, answer.ping_id, now=now, contact=somebody(number), **another(number))
    assert sold.status == "accepted"
    return sold.price_cents


def stands(bidder: Bidder, folder: Path, number: int = 99, now: float = NOW) -> tuple[TargetStanding, ...]:
    """What the next lead meets of the targets."""
    ask(bidder, now=now, **another(number))
    return last_ping(bidder, folder).standing.targets["solar-tx"]


def test_a_dear_sale_lowers_the_next_bid_and_the_breakdown_says_why(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        first = await buy(bidder, 1)
        assert first > 100
        bidder.standing.apply(TimePassed(at=NOW + 1.0))
        ask(bidder, now=NOW + 2.0, **another(2))
        line = last_ping(bidder, tmp_path)
        (standing,) = line.standing.targets["solar-tx"]
        assert standing.dual > 0.0
        bid = line.decision.bids[0] if line.decision.bids else None
        assert bid is None or bid.price_cents < first
        valuation = bid.valuation if bid is not None else line.decision.refused[0].valuation
        assert valuation is not None
        assert valuation.targets[0].pressure == standing.dual
        if bid is not None:
            text = explain([line])
            assert "~ target cost_per_acquisition" in text
            assert "towards the $0.20 that it may cost" in text
            assert "= moved by targets                 -$" in text

    at_bidder(tmp_path, scene, CHEAP)


def test_a_line_with_targets_is_decided_again_bit_by_bit(tmp_path: Path) -> None:
    whole = aiming(target("cost_per_acquisition", 10_000.0), target("share_of_spend", 0.5), target("minimum", 40.0))

    async def scene(bidder: Bidder) -> None:
        for number in range(3):
            await buy(bidder, number, NOW + 60.0 * number)
            bidder.standing.apply(TimePassed(at=NOW + 60.0 * number + 30.0))
        ask(bidder, now=NOW + 300.0, **another(9))
        line = last_ping(bidder, tmp_path)
        assert any(each.dual > 0.0 for each in line.standing.targets["solar-tx"])
        assert msgspec.json.encode(redecide(line, whole)) == msgspec.json.encode(line.decision)

    at_bidder(tmp_path, scene, whole)


def test_owed_leads_raise_the_bid_as_the_day_passes(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        first = stands(bidder, tmp_path)
        bidder.standing.apply(TimePassed(at=NOW + 3_600.0))
        assert first == (TargetStanding(0.0),)
        assert stands(bidder, tmp_path, 98, NOW + 3_601.0)[0].dual > 0.0
        line = last_ping(bidder, tmp_path)
        assert "+ target minimum" in explain([line])

    at_bidder(tmp_path, scene, aiming(target("minimum", 200.0)))


def test_a_restart_goes_on_where_targets_stood(tmp_path: Path) -> None:
    async def before(bidder: Bidder) -> dict[Any, TargetLedger]:
        await buy(bidder, 1)
        bidder.standing.apply(TimePassed(at=NOW + 1.0))
        kept = bidder.standing.targets.kept()
        await bidder.store.keep_ledgers(kept, NOW + 1.0)
        return kept

    async def after(bidder: Bidder) -> dict[Any, TargetLedger]:
        standing = await restore(bidder.store, NOW + 2.0)
        standing.targets.standings(bidder.catalogue.campaigns.values(), "acme", NOW + 2.0)
        return standing.targets.kept()

    kept = at_bidder(tmp_path, before, CHEAP)
    assert kept["solar-tx/cost_per_acquisition", WHOLE].leads == 1.0
    assert at_bidder(tmp_path, after, CHEAP) == kept


@pytest.mark.parametrize(("days", "dual", "leads"), [(0, 0.4, 7.0), (1, 0.4, 0.0), (3, 0.0, 0.0)])
def test_a_new_window_keeps_the_price_and_what_is_too_old_is_forgotten(
    days: int, dual: float, leads: float, tmp_path: Path
) -> None:
    from_then = LedgersRead(ledgers={"solar-tx/cost_per_acquisition": {WHOLE: KeptLedger(SEVEN, NOW)}})

    async def scene(bidder: Bidder) -> None:
        bidder.standing.apply(from_then)
        bidder.standing.targets.standings(bidder.catalogue.campaigns.values(), "acme", NOW + days * DAY_S)
        (ledger,) = bidder.standing.targets.kept().values()
        assert (ledger.dual, ledger.leads) == (dual, leads)

    at_bidder(tmp_path, scene, CHEAP)


def test_an_open_window_ends_and_the_next_begins_with_its_price(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await buy(bidder, 1)
        bidder.standing.apply(TimePassed(at=NOW + 1.0))
        (dual,) = [each.dual for each in bidder.standing.targets.kept().values()]
        assert dual > 0.0
        stands(bidder, tmp_path, now=NOW + DAY_S)
        (ledger,) = bidder.standing.targets.kept().values()
        assert (ledger.dual, ledger.leads, ledger.seen) == (dual, 0.0, 1.0)

    at_bidder(tmp_path, scene, CHEAP)


def test_a_reloaded_target_goes_on_with_what_was_bought(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await buy(bidder, 1)
        looser = replace(CHEAP.campaigns["solar-tx"], targets=(target("cost_per_acquisition", 90_000.0),))
        bidder.standing.targets.standings([looser], "acme", NOW + 5.0)
        (ledger,) = bidder.standing.targets.kept().values()
        assert ledger.leads == 1.0

    at_bidder(tmp_path, scene, CHEAP)


def test_a_fixed_price_counts_for_volume_and_not_for_costs(tmp_path: Path) -> None:
    declared = campaign(targets=(target("cost_per_acquisition", 100.0), target("minimum", 5.0)), fallback_cents=600)
    whole = catalogue([declared], [seller()], models=[])

    async def scene(bidder: Bidder) -> None:
        await buy(bidder, 1)
        kept = bidder.standing.targets.kept()
        assert [kept[f"solar-tx/{kind}", WHOLE].leads for kind in ("cost_per_acquisition", "minimum")] == [0.0, 1.0]

    at_bidder(tmp_path, scene, whole)


def test_a_test_ping_meets_no_target(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        ask(bidder, test=True)
        assert last_ping(bidder, tmp_path).standing.targets == {}
        assert bidder.standing.targets.kept() == {}

    at_bidder(tmp_path, scene, CHEAP)


def test_a_sale_counts_in_the_window_in_which_it_is_made_though_no_ping_came_in_it(tmp_path: Path) -> None:
    late = NOW - NOW % DAY_S + 6 * 3_600.0 + DAY_S - 30.0

    async def scene(bidder: Bidder) -> None:
        answer = ask(bidder, now=late, **another(1))
        sold = await sell(bidder, answer.ping_id, now=late + 60.0, contact=somebody(1), **another(1))
        assert sold.status == "accepted"
        stands(bidder, tmp_path, now=late + 61.0)
        assert [ledger.leads for ledger in bidder.standing.targets.kept().values()] == [1.0]

    at_bidder(tmp_path, scene, CHEAP)


def test_a_sale_after_a_lost_decision_counts_for_volume(tmp_path: Path) -> None:
    whole = aiming(target("cost_per_acquisition", 100.0), target("share_of_leads", 0.5))

    async def scene(bidder: Bidder) -> None:
        uses = bidder.standing.targets.uses(whole.campaigns["solar-tx"], "acme", None, 1_200, NOW)
        assert [(use.part, use.spent_cents) for use in uses] == [("acme", 1_200.0)]

    at_bidder(tmp_path, scene, whole)


@pytest.mark.parametrize(
    ("kind", "left"),
    [("minimum", 2.0), ("share_of_leads", 2.0), ("share_of_spend", 3.0), ("cost_per_acquisition", 3.0)],
)
def test_a_return_takes_a_lead_from_what_counts_leads_and_spend_expected_it(
    kind: TargetKind, left: float, tmp_path: Path
) -> None:
    async def scene(bidder: Bidder) -> None:
        for number in (1, 2, 3):
            await buy(bidder, number)
        store, targets = bidder.store, bidder.standing.targets
        before = targets.kept()[f"solar-tx/{kind}", WHOLE]
        (lead_id, *_) = [row.lead_id for row in await store.bought_leads_of("acme", NOW - 1.0, NOW + 1.0)]
        for state in ("requested", "credited", "credited before"):
            if state == "requested":
                wanted = ReturnWanted(lead=lead_id, reason="duplicate", why="known", by="os:ada")
                await store.request_return(wanted, {}, NOW)
            else:
                await store.answer_return(ReturnReply(lead_id=lead_id, answer="accepted"), "acme", NOW)
            await hear_credits(bidder)
        after = targets.kept()
        assert after[f"solar-tx/{kind}", WHOLE].leads == left
        assert after[f"solar-tx/{kind}", WHOLE].usual_cents == pytest.approx(before.usual_cents)
        assert {ledger.leads for ledger in after.values()} == {left}
        # Of a window that is over nothing is counted back.
        bidder.standing.apply(returned(2, NOW - DAY_S))
        assert targets.kept() == after

    at_bidder(tmp_path, scene, aiming(target(kind, 0.5 if kind.startswith("share") else 100.0)))
