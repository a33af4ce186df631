"""Two bidders on one PostgreSQL: what is done at one holds at the other as soon as that has read the change feed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine, text

from app.domain.catalogue import Catalogue
from app.domain.targets.targets import CampaignTarget
from app.drill.kit.throwaway_postgres import stopped, throwaway_postgres
from app.store.errors import StoreUnavailable
from app.store.leads import LeadRow
from app.store.migrate import migrate
from app.store.operators.keys import OperatorKey
from app.store.people.erase import erase
from app.store.returns.requests import ReturnWanted, SellerTerms
from app.store.suppression.lists import SuppressionList
from app.usecases.bidder import Bidder
from app.usecases.change_feed.feed_follower import KEPT_S, FeedFollower
from app.usecases.change_feed.hearing import Hearing
from app.usecases.feedback import allow_person, record_notice, record_outcome, set_demand, set_signal, suppress_person
from app.usecases.onboarding.certify import Certifier, keep_marks
from app.usecases.operators import requests
from app.usecases.operators.requests import RequestTerms
from app.usecases.reload.config_watcher import in_force
from app.usecases.returns.answer import answer_return
from app.usecases.test_recorder import RecordedTest
from app.wire.feedback import Demand, Notice, Outcome, Signal
from app.wire.ping import Ping, PingAnswer
from app.wire.post import Post, PostAnswer
from app.wire.returns import ReturnReply
from tests.bidder import NOW, another, ask, bid_of, open_bidder, phone_digest, sell, somebody
from tests.build import campaign, cap, catalogue, ping, post, seller

CAPPED = catalogue([campaign(caps=(cap(limit=1),))])
WANTED = CampaignTarget(
    name="minimum", owner="solar-tx", kind="minimum", amount=40.0, window="day", zone="America/Chicago"
)
COST = replace(WANTED, name="cost_per_acquisition", kind="cost_per_acquisition", amount=100.0)
TERMS = RequestTerms(by="ops", now=NOW, why="said so")
LATER = NOW + 5.0


@dataclass
class Replica:
    """One bidder with what has it hear of the others; `at` is its steady clock while it does."""

    bidder: Bidder
    certifier: Certifier
    follower: FeedFollower
    at: float = 0.0

    async def step(self, seconds: float = 0.25) -> None:
        self.at += seconds
        self.bidder.steady = lambda: self.at
        await self.follower.step()
        self.bidder.steady = lambda: 0.0


async def replica(stack: AsyncExitStack, folder: Path, url: str, name: str, whole: Catalogue | None) -> Replica:
    bidder = await stack.enter_async_context(open_bidder(folder / name, whole, database=url))
    certifier = Certifier(await bidder.store.certification_marks())
    hearing = Hearing(bidder, certifier, lambda: bidder.catalogue, lambda *_: None, NOW)
    follower = FeedFollower(bidder, certifier, name, lambda: NOW, lambda: hearing.hear(NOW))
    return Replica(bidder, certifier, follower)


Scene = Callable[[Replica, Replica], Awaitable[None]]


@pytest.fixture
def at_both(empty_postgres_url: str, tmp_path: Path) -> Callable[..., None]:
    """Plays a scene between two replicas."""

    def play(scene: Scene, whole: Catalogue | None = None) -> None:
        async def played() -> None:
            async with AsyncExitStack() as stack:
                here, there = [
                    await replica(stack, tmp_path, empty_postgres_url, name, whole) for name in ("here", "there")
                ]
                await scene(here, there)

        asyncio.run(played())

    return play


def test_a_sale_at_one_is_known_at_the_other(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        bid = ask(here.bidder)
        assert (await sell(here.bidder, bid.ping_id)).status == "accepted"
        standing, nonce = there.bidder.standing, bid_of(here.bidder, bid.ping_id).nonce
        assert not standing.is_bought(nonce)
        await there.step()

        assert standing.is_bought(nonce)
        assert standing.sightings([phone_digest()]) == here.bidder.standing.sightings([phone_digest()])
        assert len(standing.sightings([phone_digest()])) == 1
        assert used(there) == used(here) == 1
        assert ask(there.bidder, **another(2)).reason_code == "cap_reached"
        (certificate,) = [part async for part in here.bidder.store.used_certificates()]
        assert standing.is_used([certificate])

    at_both(scene, CAPPED)


def test_nothing_is_counted_twice_however_often_it_is_told(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        await set_demand(here.bidder, "TX", Demand(open=5, expected=10), "ops", NOW)
        assert (await sell(here.bidder, ask(here.bidder).ping_id)).status == "accepted"
        for _ in range(3):
            await here.step()
            await there.step()
            # As after a server that was started again: the last seconds are told once more.
            there.bidder.store._count_link()
            here.bidder.store._count_link()
        assert (used(here), used(there)) == (1, 1)
        assert (open_in_texas(here), open_in_texas(there)) == (4.0, 4.0)
        assert len(there.bidder.standing.sightings([phone_digest()])) == 1

    at_both(scene, catalogue([campaign(caps=(cap(),))]))


def test_a_sale_that_its_own_replica_did_not_hear_of_is_told_it_too(at_both: Callable[..., None]) -> None:
    """COMMIT was done and its answer lost: the seller was told to try again, and the lead is ours."""

    async def scene(here: Replica, there: Replica) -> None:
        bid = ask(here.bidder)
        lost = msgspec.structs.replace(here.bidder, standing=there.bidder.standing)
        assert (await sell(lost, bid.ping_id)).status == "accepted"
        assert used(here) == 0
        await here.step()
        assert used(here) == 1

    at_both(scene, CAPPED)


def test_a_bid_that_another_replica_hears_is_lost_has_its_room_back(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        bid = ask(here.bidder)
        assert ask(here.bidder, **another(2)).reason_code == "cap_reached"
        told = Notice(ping_id=bid.ping_id, result="lost")
        await record_notice(there.bidder, there.bidder.catalogue.sellers["acme"], told, NOW + 1.0)
        await here.step()
        assert here.bidder.standing.live_bids == 0
        again = ask(here.bidder, now=NOW + 2.0)
        assert again.status == "accepted"
        # The notice was of the former bid for this lead.
        here.bidder.store._count_link()
        await here.step()
        assert here.bidder.standing.live_bids == 1

    at_both(scene, CAPPED)


def test_a_credit_gives_room_at_both(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        lead = await sell(here.bidder, ask(here.bidder).ping_id)
        await there.step()
        assert used(there) == 1
        wanted = ReturnWanted(lead=lead.lead_id, reason="invalid_phone", why="", by="ops")
        asked = await here.bidder.store.request_return(wanted, {"acme": SellerTerms()}, NOW + 2.0)
        assert asked.status == "recorded", asked
        reply = ReturnReply(lead_id=lead.lead_id, answer="accepted")
        answer = await answer_return(here.bidder, here.bidder.catalogue.sellers["acme"], reply, LATER)
        assert answer.status == "recorded"
        await there.step()
        assert (used(here), used(there)) == (0, 0)

    at_both(scene, CAPPED)


def test_what_an_operator_asks_for_at_one_holds_at_the_other(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        store, declared = here.bidder.store, here.bidder.catalogue.configuration
        await requests.pause(store, declared, "acme", TERMS)
        await there.step()
        assert ask(there.bidder).reason_code == "paused"
        await requests.resume(store, declared, "acme", TERMS)
        await requests.boost(store, declared, "solar-tx", 700, replace(TERMS, ends_at=NOW + 600.0))
        await requests.set_cap(store, declared, "solar-tx/daily", "1", TERMS)
        await there.step()
        assert there.bidder.standing.paused == frozenset()
        assert there.bidder.standing.boosts == {"solar-tx": 700}
        assert there.bidder.limits == {"solar-tx/daily": 1}
        assert there.bidder.catalogue.campaigns["solar-tx"].caps[0].limit == 1

    at_both(scene, catalogue([campaign(caps=(cap(),))]))


def test_demand_and_signals_hold_at_both_and_are_counted_by_the_sales_of_both(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        bids = [ask(each.bidder, **another(number)) for number, each in enumerate((here, there, there))]
        await set_demand(here.bidder, "TX", Demand(open=3, expected=9, limit=True), "ops", NOW)
        await set_signal(here.bidder, "TX", Signal(premium_cents=400, cause="hail", until=LATER), "ops", NOW)
        # Sold before the other has heard of the demand, which it takes from all the same.
        for number, (bid, each) in enumerate(zip(bids, (here, there, there), strict=True)):
            sold = await sell(each.bidder, bid.ping_id, contact=somebody(number), **another(number))
            assert sold.status == "accepted"
        await there.step()
        await here.step()
        assert (open_in_texas(here), open_in_texas(there)) == (0.0, 0.0)
        assert there.bidder.standing.wishes == (1, 1)
        assert (
            ask(there.bidder, **another(9)).reason_code == ask(here.bidder, **another(9)).reason_code == "cap_reached"
        )

    at_both(scene)


def test_a_territorys_limit_is_not_begun_anew_by_a_restart(empty_postgres_url: str, tmp_path: Path) -> None:
    async def scene() -> None:
        async with AsyncExitStack() as stack:
            first = await replica(stack, tmp_path, empty_postgres_url, "first", None)
            await set_demand(first.bidder, "TX", Demand(open=1, expected=9, limit=True), "ops", NOW)
            assert (await sell(first.bidder, ask(first.bidder).ping_id)).status == "accepted"
            again = await replica(stack, tmp_path, empty_postgres_url, "again", None)
            assert open_in_texas(again) == 0.0
            await again.step()
            assert open_in_texas(again) == 0.0

    asyncio.run(scene())


def test_a_target_is_moved_by_the_sales_of_both_also_where_no_lead_has_met_it(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        assert (await sell(here.bidder, ask(here.bidder).ping_id)).status == "accepted"
        await there.step()
        buying = there.bidder.catalogue.campaigns.values()
        for each in (here, there):
            each.bidder.standing.targets.standings(buying, "acme", NOW)
        kept = [each.bidder.standing.targets.kept() for each in (here, there)]
        assert kept[0] == kept[1]
        assert [ledger.leads for ledger in kept[0].values()] == [1.0]

    at_both(scene, catalogue([campaign(targets=(WANTED,), target_raise_cents=1_000)]))


def test_a_sale_at_another_replica_than_its_ping_gets_the_decision_behind_its_bid(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        bid = ask(here.bidder)
        lead = await sell(there.bidder, bid.ping_id)
        for each in (here, there):
            each.bidder.standing.targets.standings(each.bidder.catalogue.campaigns.values(), "acme", NOW)
        assert (await row(there, lead.lead_id)).model_version == ""
        assert [ledger.leads for ledger in there.bidder.standing.targets.kept().values()] == [0.0]
        for each in (here, there, here, there):
            await each.step()
            each.bidder.store._count_link()
        kept = await row(there, lead.lead_id)
        assert (kept.model_version, kept.decision is not None) == ("1", True)
        assert set(await there.bidder.store.sealed_evidence(lead.lead_id)) == {"consent", "ping", "post"}
        ledgers = [each.bidder.standing.targets.kept() for each in (here, there)]
        assert ledgers[0] == ledgers[1]
        (ledger,) = ledgers[0].values()
        assert (ledger.leads, ledger.spent > 0.0, ledger.allowed > 0.0) == (1.0, True, True)

    at_both(scene, catalogue([campaign(targets=(COST,), target_raise_cents=1_000)]))


def test_what_a_forgotten_persons_sale_lacked_is_not_added_later(
    at_both: Callable[..., None], empty_postgres_url: str
) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        lead = await sell(there.bidder, ask(here.bidder).ping_id)
        engine = create_engine(empty_postgres_url)
        with engine.begin() as connection:
            erase(connection, [lead.lead_id], {phone_digest()}, [], lambda _: False, NOW + 2.0)
        engine.dispose()
        await here.step()
        assert await there.bidder.store.sealed_evidence(lead.lead_id) == {}

    at_both(scene)


def test_nobody_is_bought_elsewhere_who_was_suppressed_here(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        standing, digest = there.bidder.standing, phone_digest()
        await suppress_person(here.bidder, [digest], "asked us to", "ops", NOW)
        await there.step()
        assert standing.is_suppressed([digest])
        await allow_person(here.bidder, [digest], "asked again", "ops", NOW + 1.0)
        await there.step()
        assert not standing.is_suppressed([digest])
        lead = await sell(here.bidder, ask(here.bidder).ping_id)
        await record_outcome(here.bidder, Outcome(lead_id=lead.lead_id, event="opted_out"), NOW + 60.0)
        await there.step()
        assert standing.is_suppressed([digest])

    at_both(scene)


def test_a_list_of_people_and_an_operators_key_are_known_at_both(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        digest = phone_digest()
        number = int(digest[:16], 16).to_bytes(8, "little")
        whole = SuppressionList(name="dnc", reason="registry", digests=1, told_by="ops", changed_at=NOW)
        await here.bidder.store.put_list(whole, [number])
        key = OperatorKey(key_sha256="a" * 64, name="ann", role="admin", made_by="ops", made_at=NOW)
        await here.bidder.store.add_operator(key, "new")
        await there.step()
        assert there.bidder.standing.is_suppressed([digest])
        assert there.bidder.operator_by_key["a" * 64].name == "ann"
        await here.bidder.store.drop_list("dnc", "ops", "ended", NOW + 1.0)
        await there.step()
        assert not there.bidder.standing.is_suppressed([digest])

    at_both(scene)


def test_a_seller_that_went_live_at_one_is_live_at_the_other(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        here.certifier.go_live("acme", NOW)
        await keep_marks(here.bidder, here.certifier)
        await there.step()
        assert there.bidder.certified == {"acme"}

    at_both(scene)


def test_a_seller_certifies_itself_though_its_tests_go_to_both(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        bid = PingAnswer(status="accepted", ping_id="bid")
        sold = PostAnswer(status="accepted", ping_id="bid", lead_id="lead")
        here.certifier.see(recorded(bid, ping(test=True), NOW))
        there.certifier.see(recorded(sold, post(ping_id="bid"), NOW + 1.0))
        for each in (here, there, here):
            await each.step()
        for each in (here, there):
            shown = {step.name for step in each.certifier.standing("acme") if step.shown_at}
            assert {"sale", "price", "certificate"} <= shown
            assert len(each.certifier.latest("acme", 9)) == 2

    at_both(scene)


def test_a_configuration_in_force_at_one_is_a_former_one_at_the_other(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        new = catalogue([campaign(name="solar-new")], config_hash="f" * 16)
        taken = in_force(new.configuration, here.bidder.keys.index, "", ("one more campaign",))
        await here.bidder.store.put_in_force(taken, NOW)
        await there.step()
        known = there.bidder.former.by_hash("f" * 16)
        assert known is not None
        assert known.campaign("solar-new") is not None

    at_both(scene)


def test_a_rate_limit_holds_over_both(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        for number in range(4):
            assert ask(here.bidder, **another(number)).status == "accepted"
        assert ask(here.bidder, **another(8)).reason_code == "rate_limited"
        await here.step()
        await there.step()
        assert ask(there.bidder, **another(9)).reason_code == "rate_limited"
        assert ask(there.bidder, now=NOW + 1.0, **another(9)).status == "accepted"
        await there.step()
        # The second's one ping was the other's. Its own count that comes back to it takes nothing.
        await here.step()
        assert ask(here.bidder, now=NOW + 1.0, **another(10)).reason_code == "rate_limited"
        assert ask(here.bidder, now=NOW + 2.0, **another(10)).reason_code == ""

    at_both(scene, catalogue(sellers=[seller(rate_per_s=1.0, burst=4)]))


def test_a_quota_of_hashes_is_that_of_both(at_both: Callable[..., None]) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        acme = here.bidder.catalogue.sellers["acme"]
        assert [each.bidder.quotas.may_ask(acme, NOW) for each in (here, there, here)] == [True, True, True]
        for each in (here, there):
            quotas = each.bidder.quotas
            quotas.written(await each.bidder.store.add_usage(quotas.changes()))
        assert not there.bidder.quotas.may_ask(acme, NOW)

    at_both(scene, catalogue(sellers=[seller(hash_lookups_per_day=3)]))


def test_a_replica_that_lost_all_of_its_connections_misses_nothing(
    at_both: Callable[..., None], empty_postgres_url: str
) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        await there.step()
        assert (await sell(here.bidder, ask(here.bidder).ping_id)).status == "accepted"
        engine, links = create_engine(empty_postgres_url), there.bidder.store.links
        with engine.begin() as connection:
            ours = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            assert connection.execute(ours).scalar_one() > 0
        engine.dispose()
        await there.step()
        assert there.bidder.store.links > links
        assert used(there) == 1

    at_both(scene, CAPPED)


@pytest.mark.long
def test_a_server_that_goes_down_and_comes_back_hides_nothing(tmp_path: Path) -> None:
    async def scene(url: str) -> None:
        async with AsyncExitStack() as stack:
            here, there = [await replica(stack, tmp_path, url, name, None) for name in ("here", "there")]
            for number in range(6):
                bid = ask(here.bidder, **another(number))
                sold = await sell(here.bidder, bid.ping_id, contact=somebody(number), **another(number))
                assert sold.status == "accepted"
                if number == 2:
                    await there.step()
                if number == 4:
                    with stopped(url), pytest.raises(StoreUnavailable):
                        await there.step()
            for each in (there, here, there):
                await each.step()
                standing = each.bidder.standing
                assert [len(standing.sightings([phone_digest(somebody(one)["phone"])])) for one in range(6)] == [1] * 6

    with throwaway_postgres() as url:
        migrate(url)
        # Elsewhere the tests' server loses its last moments: what is committed must be what was said.
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("ALTER DATABASE postgres SET synchronous_commit = on"))
        engine.dispose()
        asyncio.run(scene(url))


def test_a_replica_that_was_held_up_for_longer_than_changes_are_kept_reads_all_anew(
    at_both: Callable[..., None],
) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        await set_demand(here.bidder, "TX", Demand(open=5, expected=10), "ops", NOW)
        await there.step()
        assert (await sell(here.bidder, ask(here.bidder).ping_id)).status == "accepted"
        await here.step(1.0)
        for _ in range(int(KEPT_S) // 5 + 20):
            await here.step(5.0)
        assert (await here.bidder.store.changes_since(there.follower._position)).is_lost
        bid = ask(there.bidder, **another(2))
        await there.step()
        assert (used(there), open_in_texas(there)) == (1, 4.0)
        assert len(there.bidder.standing.sightings([phone_digest()])) == 1
        # What it had promised meanwhile is promised still.
        assert there.bidder.standing.live(bid_of(there.bidder, bid.ping_id).nonce, NOW) is not None
        await there.step()
        assert (used(there), open_in_texas(there)) == (1, 4.0)

    at_both(scene, catalogue([campaign(caps=(cap(),))]))


def test_a_forgotten_person_is_not_in_the_feed(at_both: Callable[..., None], empty_postgres_url: str) -> None:
    async def scene(here: Replica, there: Replica) -> None:
        lead = await sell(here.bidder, ask(here.bidder).ping_id)
        engine = create_engine(empty_postgres_url)
        with engine.begin() as connection:
            told = text("SELECT string_agg(body, '') FROM change_feed WHERE subject <> ''")
            digest = phone_digest()
            assert digest in connection.execute(told).scalar_one()
            erase(connection, [lead.lead_id], {digest}, [], lambda _: False, NOW + 2.0)
            assert digest not in connection.execute(told).scalar_one()
        engine.dispose()
        await there.step()
        assert used(there) == 1
        assert there.bidder.standing.sightings([phone_digest()]) == ()

    at_both(scene, CAPPED)


def test_a_repeated_ping_gets_the_same_price_from_both(at_both: Callable[..., None]) -> None:
    """Chance is drawn from the lead, so that two replicas that stand the same answer the same."""

    async def scene(here: Replica, there: Replica) -> None:
        bids = [ask(each.bidder) for each in (here, there)]
        assert bids[0] == bids[1]

    at_both(scene)


def recorded(answer: PingAnswer | PostAnswer, reading: Ping | Post, at: float) -> RecordedTest:
    """A test that was answered so."""
    return RecordedTest(
        at=at,
        took_ms=1.0,
        seller="acme",
        method="POST",
        path="/v1/ping",
        headers={},
        body=b"{}",
        asked="ping",
        reading=reading,
        advice=(),
        answer=answer,
        status=200,
        said=b"{}",
    )


async def row(of: Replica, lead_id: str) -> LeadRow:
    """The lead as the database has it."""
    found = await of.bidder.store.lead(lead_id)
    assert found is not None
    return found


def used(of: Replica) -> int:
    """How much of the first cap of the campaign is used by what this replica knows."""
    bidder = of.bidder
    buying, by = bidder.catalogue.campaigns["solar-tx"], bidder.catalogue.sellers["acme"]
    return bidder.standing.counters(buying, by, "78701", "TX", NOW)[0].used


def open_in_texas(of: Replica) -> float:
    """How many leads Texas can still work by what this replica knows."""
    return of.bidder.standing.requested_of(["solar-tx"], ping(), NOW).demand["solar-tx"].open
