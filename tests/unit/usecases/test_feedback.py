"""What sellers, the CRM and operators tell us, and what the next ping and post make of it."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.delivery.delivery import AttemptReport
from app.journal.lines import NoticeLine
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_notice, record_outcome, set_demand, set_signal
from app.usecases.standing.changes import Suppressed
from app.wire.feedback import Demand, Notice, Outcome, Receipt, Signal
from tests.bidder import NOW, another, ask, at_bidder, journaled, last_ping, phone_digest, sell
from tests.build import campaign, cap, catalogue, seller

RECORDED = Receipt(status="recorded")
REPEATED = Receipt(status="repeated")
CAPPED = catalogue([campaign(caps=(cap(limit=1),))], sellers=[seller(), seller(name="bluebird", key_sha256=("b",))])
LATER = NOW + 60 * 86_400.0
"""When nobody is a duplicate any more."""

UNDATED: dict[str, Any] = {"created_at": None}
END_OF_DAY = NOW + 14 * 3_600.0
"""Midnight in Chicago."""


async def notice(bidder: Bidder, ping_id: str, who: str = "acme", now: float = NOW + 1.0, **rest: Any) -> Receipt:
    told = Notice(ping_id=ping_id, **{"result": "lost", **rest})
    return await record_notice(bidder, bidder.catalogue.sellers[who], told, now)


async def outcome(bidder: Bidder, lead_id: str, event: Any, **rest: Any) -> Receipt:
    return await record_outcome(bidder, Outcome(lead_id=lead_id, event=event, **rest), NOW + 60.0)


def test_a_lost_bid_frees_its_room(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        assert ask(bidder, **another(2)).reason_code == "cap_reached"
        assert await notice(bidder, bid.ping_id, price_cents=3_150) == RECORDED
        assert ask(bidder, now=NOW + 2.0, **another(2)).status == "accepted"
        line = next(line for line in journaled(bidder, tmp_path) if isinstance(line, NoticeLine))
        assert (line.ping_id, line.result, line.price_cents) == (bid.ping_id, "lost", 3_150)
        assert bidder.metrics.counted("notices_total") == {("acme", "lost"): 1}

    at_bidder(tmp_path, scene, CAPPED)


def test_a_won_bid_stays_a_promise(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        assert await notice(bidder, bid.ping_id, result="won") == RECORDED
        assert ask(bidder, **another(2)).reason_code == "cap_reached"
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene, CAPPED)


def test_a_lost_bid_is_honoured_all_the_same(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        await notice(bidder, bid.ping_id)
        assert (await sell(bidder, bid.ping_id)).status == "accepted"

    at_bidder(tmp_path, scene, CAPPED)


def test_a_notice_counts_once(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        assert [await notice(bidder, bid.ping_id) for _ in range(3)] == [RECORDED, REPEATED, REPEATED]
        assert len([line for line in journaled(bidder, tmp_path) if isinstance(line, NoticeLine)]) == 1
        assert bidder.metrics.counted("notices_total") == {("acme", "lost"): 1}

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize("ping_id", ["C" + "x" * 63, "0" * 24])
def test_a_notice_of_what_is_no_bid_of_ours_is_refused(tmp_path: Path, ping_id: str) -> None:
    async def scene(bidder: Bidder) -> None:
        assert (await notice(bidder, ping_id)).reason_code == "ping_unknown"

    at_bidder(tmp_path, scene)


def test_nobody_speaks_for_another_seller(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        assert (await notice(bidder, bid.ping_id, who="bluebird")).reason_code == "ping_unknown"
        assert ask(bidder, **another(2)).reason_code == "cap_reached"

    at_bidder(tmp_path, scene, CAPPED)


def test_an_outcome_is_taken_once(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        lead_id = (await sell(bidder, ask(bidder).ping_id)).lead_id
        assert await outcome(bidder, lead_id, "sold", value_cents=90_000, event_id="e1") == RECORDED
        assert await outcome(bidder, lead_id, "sold", value_cents=90_000, event_id="e1") == REPEATED
        assert await outcome(bidder, lead_id, "contacted") == RECORDED
        assert bidder.metrics.counted("outcomes_total") == {("sold",): 1, ("contacted",): 1}

    at_bidder(tmp_path, scene)


def test_an_outcome_of_no_lead_of_ours_is_refused(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        receipt = await outcome(bidder, "0" * 24, "sold")
        assert (receipt.status, receipt.reason_code) == ("rejected", "invalid_field")
        assert receipt.reason.endswith("lead_id: no lead of ours has it")

    at_bidder(tmp_path, scene)


def test_a_lead_may_be_named_by_the_crms_id_under_either_name(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        answer = await sell(bidder, ask(bidder).ping_id)
        (claim,) = await bidder.store.claim_due("crm", "me", NOW + 10.0, 1, 60.0)
        report = AttemptReport(
            delivery_id=claim.delivery_id,
            destination="crm",
            owner=claim.owner,
            attempt=claim.attempt,
            started_at=NOW + 10.0,
            took_ms=5,
            status="delivered",
            crm_id="0019Z00000fmA3t",
        )
        assert await bidder.store.acknowledge(report)
        for told in (
            Outcome(crm_id="0019Z00000fmA3tQAE", event="contacted"),
            Outcome(lead_id="0019Z00000FMA3TQAE", event="quoted"),
        ):
            assert await record_outcome(bidder, told, NOW + 60.0) == RECORDED
        told = Outcome(lead_id="nobodys", crm_id="0019Z00000fmA3t", event="sold")
        assert await record_outcome(bidder, told, NOW + 60.0) == RECORDED
        told = Outcome(lead_id=answer.ping_id, crm_id="nobodys", event="sold", event_id="3")
        assert await record_outcome(bidder, told, NOW + 60.0) == RECORDED

    at_bidder(tmp_path, scene, catalogue([campaign(destinations=("crm",))]))


def test_an_outcome_that_cannot_have_happened_is_refused(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        lead_id = (await sell(bidder, ask(bidder).ping_id)).lead_id
        receipt = await outcome(bidder, lead_id, "sold", occurred_at=NOW + 86_400.0 * 2)
        assert receipt.reason.endswith("occurred_at: lies in the future; send when it happened, with its zone")

    at_bidder(tmp_path, scene)


def test_who_opts_out_is_neither_bid_for_nor_bought_again(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        lead_id = (await sell(bidder, ask(bidder).ping_id)).lead_id
        assert await outcome(bidder, lead_id, "opted_out") == RECORDED
        assert ask(bidder, now=LATER, phone_digest=phone_digest(), **UNDATED, **another(2)).reason_code == "suppressed"
        bid = ask(bidder, now=LATER, **UNDATED, **another(3))
        by_email = {"phone": "(512) 462-8888"}
        post = {"consent_at": None, **UNDATED, **another(3)}
        assert (await sell(bidder, bid.ping_id, now=LATER, contact=by_email, **post)).reason_code == "suppressed"

    at_bidder(tmp_path, scene)


def test_an_opt_out_outlives_a_restart(tmp_path: Path) -> None:
    async def opt_out(bidder: Bidder) -> None:
        await outcome(bidder, (await sell(bidder, ask(bidder).ping_id)).lead_id, "opted_out")

    async def ask_again(bidder: Bidder) -> None:
        assert ask(bidder, now=LATER, phone_digest=phone_digest(), **UNDATED, **another(2)).reason_code == "suppressed"

    at_bidder(tmp_path, opt_out)
    at_bidder(tmp_path, ask_again)


def test_a_territory_with_a_limit_buys_no_more_than_it_can_work(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        assert await set_demand(bidder, "787", Demand(open=1, expected=5, limit=True), "ops", NOW) == RECORDED
        assert (await sell(bidder, ask(bidder).ping_id)).status == "accepted"
        full = ask(bidder, now=NOW + 2.0, **another(2))
        assert (full.reason_code, full.reason) == ("cap_reached", "cap reached: territory")
        assert ask(bidder, now=NOW + 2.0, zip="75201", **another(3)).status == "accepted"
        (row,) = await bidder.store.demands(NOW)
        assert (row.territory, row.ends_at) == ("787", END_OF_DAY)
        assert ask(bidder, now=END_OF_DAY, created_at=None, **another(4)).status == "accepted"

    at_bidder(tmp_path, scene)


def test_demand_without_a_limit_moves_the_price_and_refuses_nothing(tmp_path: Path) -> None:
    swayed = catalogue([campaign(demand_cents=800)])

    async def scene(bidder: Bidder) -> None:
        before = ask(bidder).bids[0].price_cents
        assert await set_demand(bidder, "TX", Demand(open=0, expected=5), "ops", NOW) == RECORDED
        assert 0 < ask(bidder, **another(2)).bids[0].price_cents < before

    at_bidder(tmp_path, scene, swayed)


@pytest.mark.parametrize(("named", "whose"), [("", "no campaign has a"), ("solar-tx", "solar-tx has no")])
def test_demand_that_can_move_no_price_is_recorded_with_a_warning(tmp_path: Path, named: str, whose: str) -> None:
    async def scene(bidder: Bidder) -> None:
        receipt = await set_demand(bidder, "TX", Demand(open=2, expected=5, campaign=named), "ops", NOW)
        assert receipt.status == "recorded"
        (warning,) = receipt.warnings
        assert warning.startswith(f"it moves no price, as {whose} demand_max_adjustment")

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize("territory", ["000", "00000", "96", "78702"])
def test_demand_and_signals_of_a_place_that_does_not_exist_are_refused(tmp_path: Path, territory: str) -> None:
    storm = Signal(premium_cents=700, cause="storm", until=NOW + 60.0)

    async def scene(bidder: Bidder) -> None:
        for receipt in (
            await set_demand(bidder, territory, Demand(open=1, expected=1), "ops", NOW),
            await set_signal(bidder, territory, storm, "ops", NOW),
        ):
            assert (receipt.status, receipt.reason_code) == ("rejected", "invalid_field")
            assert "territory: no ZIP is or begins like this" in receipt.reason
        assert (await bidder.store.demands(NOW), await bidder.store.signals(NOW)) == ([], [])

    at_bidder(tmp_path, scene)


def test_demand_ends_when_it_says(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        demand = Demand(open=0, expected=5, campaign="solar-tx", limit=True, until=NOW + 60.0)
        assert await set_demand(bidder, "TX", demand, "ops", NOW) == RECORDED
        assert ask(bidder).reason_code == "cap_reached"
        assert ask(bidder, now=NOW + 60.0).status == "accepted"

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize(
    ("demand", "named"),
    [
        (Demand(open=1, expected=1, campaign="solar-xt"), "campaign: no campaign has this name"),
        (Demand(open=1, expected=1, until=NOW), "until: lies in the past"),
    ],
)
def test_demand_that_cannot_be_meant_is_refused(tmp_path: Path, demand: Demand, named: str) -> None:
    async def scene(bidder: Bidder) -> None:
        receipt = await set_demand(bidder, "TX", demand, "ops", NOW)
        assert (receipt.reason_code, receipt.reason.endswith(named)) == ("invalid_field", True)
        assert await bidder.store.demands(NOW - 1.0) == []

    at_bidder(tmp_path, scene)


def test_a_signal_raises_the_value_for_its_time_and_place(tmp_path: Path) -> None:
    storm = Signal(premium_cents=700, cause="storm", until=NOW + 60.0, vertical="solar")

    async def scene(bidder: Bidder) -> None:
        before = ask(bidder).bids[0].price_cents
        assert await set_signal(bidder, "TX", storm, "ops", NOW) == RECORDED
        assert ask(bidder, **another(2)).bids[0].price_cents > before
        valuation = last_ping(bidder, tmp_path).decision.bids[0].valuation
        assert valuation is not None
        assert valuation.signals == (("storm", 700.0),)
        assert ask(bidder, now=NOW + 60.0, **another(3)).bids[0].price_cents == before
        assert [row.signal for row in await bidder.store.signals(NOW)] == [storm]
        assert [(line.told_by, line.target) for line in await bidder.store.audit_lines()] == [("ops", "TX")]

    at_bidder(tmp_path, scene)


@pytest.mark.parametrize(
    ("signal", "named"),
    [
        (Signal(premium_cents=700, cause="storm", until=NOW), "until: lies in the past"),
        (
            Signal(premium_cents=700, cause="storm", until=NOW + 9.0, vertical="sloar"),
            "vertical: no vertical has this name",
        ),
    ],
)
def test_a_signal_that_cannot_be_meant_is_refused(tmp_path: Path, signal: Signal, named: str) -> None:
    async def scene(bidder: Bidder) -> None:
        receipt = await set_signal(bidder, "TX", signal, "ops", NOW)
        assert (receipt.reason_code, receipt.reason.endswith(named)) == ("invalid_field", True)
        assert await bidder.store.signals(NOW - 1.0) == []

    at_bidder(tmp_path, scene)


def test_who_is_suppressed_by_another_process_is_heard_of(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid = ask(bidder)
        lead_id = (await sell(bidder, bid.ping_id)).lead_id
        # As a command beside the service does it: in the database, which the bidder has not read since.
        told = Outcome(lead_id=lead_id, event="opted_out", event_id="e", occurred_at=NOW)
        await bidder.store.record_outcome(told, NOW + 100.0)
        assert not bidder.standing.is_suppressed([phone_digest()])
        assert (await bidder.store.heard(NOW, NOW + 101.0)).suppressed == []
        bidder.standing.apply(Suppressed(digests=tuple((await bidder.store.heard(NOW, NOW + 100.0)).suppressed)))
        assert bidder.standing.is_suppressed([phone_digest()])

    at_bidder(tmp_path, scene)
