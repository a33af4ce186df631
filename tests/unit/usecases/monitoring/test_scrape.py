"""A scrape shows what stands now: caps beside their plans, what was set by command, models, queues and budgets."""

import time
from pathlib import Path

from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from app.domain.catalogue import Challenger
from app.journal.writer import JournalWriter
from app.outbound.message import OutboundAnswer, Outgoing
from app.store.operators.requested import Switch
from app.telemetry.declared import METRICS
from app.usecases.bidder import Bidder
from app.usecases.deliver_leads import DeliveryWorker
from app.usecases.monitoring.scrape import Scrape
from app.usecases.standing.changes import CounterDeclared, Requests, UsageRead
from app.usecases.standing.counters import Counters
from app.usecases.standing.restore import requests_of
from tests.bidder import NOW, another, ask, at_bidder, sell, somebody
from tests.build import campaign, cap, catalogue, model, seller

Samples = dict[tuple[str, ...], float]


async def nobody(_: Outgoing) -> OutboundAnswer:
    return OutboundAnswer(trouble="refused_address")


def scrape_of(bidder: Bidder) -> Scrape:
    assert isinstance(bidder.journal, JournalWriter)
    return Scrape(bidder, DeliveryWorker(bidder.store, nobody, owner="test"), bidder.journal, lambda: NOW + 2.0)


async def scraped(bidder: Bidder) -> Samples:
    """Every sample by its name and the values of its labels, in the order in which these are declared."""
    found = {}
    for family in text_string_to_metric_families((await scrape_of(bidder).text()).decode()):
        for sample in family.samples:
            name = sample.name.removeprefix("leadbid_")
            labels = METRICS[name].labels if name in METRICS else tuple(sample.labels)
            found[name, *[sample.labels[label] for label in labels]] = sample.value
    return found


def test_a_cap_shows_its_use_its_limit_its_plan_and_its_shadow_price(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for number in range(2):
            bid = ask(bidder, **another(number))
            assert (await sell(bidder, bid.ping_id, contact=somebody(number), **another(number))).status == "accepted"
        found, paid = await scraped(bidder), bidder.metrics.counted("spend_dollars_total")["acme", "solar-tx"]
        daily, budget, whole = ("solar-tx", "daily", "day"), ("solar-tx", "budget", "month"), ("acme", "all", "total")
        assert (found["cap_used_leads", *daily], found["cap_limit_leads", *daily]) == (2.0, 8.0)
        assert found["cap_used_ratio", *daily] == 0.25
        assert 0.4 < found["cap_planned_ratio", *daily] < 0.45
        assert found["cap_shadow_price_ratio", *daily] == 0.0
        assert (found["cap_used_dollars", *budget], found["cap_limit_dollars", *budget]) == (paid / 100, 9_000.0)
        assert ("cap_used_leads", *budget) not in found
        # What never ends has no plan to be compared with.
        assert found["cap_used_leads", *whole] == 2.0
        assert ("cap_planned_ratio", *whole) not in found
        assert (found["sales_total", "acme", "solar-tx"], found["live_bids",]) == (2.0, 0.0)
        assert (found["replicas",], found["replica_paces",], found["replica_unheard_seconds",]) == (1.0, 1.0, 0.0)

    caps = (cap(limit=8), cap(name="budget", measure="spend", limit=900_000, window="month"))
    prepaid = cap(name="all", owner="acme", limit=50, window="total", scope="seller")
    at_bidder(tmp_path, scene, catalogue([campaign(caps=caps)], [seller(caps=(prepaid,))]))


def test_the_shadow_price_is_that_which_decisions_read(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        used = {"campaign/solar-tx/daily//2026-11-20": 90}
        bidder.standing.apply(UsageRead(used=used))
        ask(bidder)
        shown = (await scraped(bidder))["cap_shadow_price_ratio", "solar-tx", "daily", "day"]
        assert shown == bidder.standing.duals()["campaign/solar-tx/daily/"] > 0.0

    at_bidder(tmp_path, scene, catalogue([campaign(caps=(cap(),))]))


def test_of_a_cap_by_territory_the_fullest_part_is_shown() -> None:
    counters = Counters(lambda change: counters.apply(change, {}))
    by_zip = cap(name="zips", scope="campaign_territory", unit="zip")
    for zip_code, used in (("78701", 3), ("78702", 7), ("78703", 0)):
        key = f"campaign_territory/solar-tx/zips/{zip_code}/2026-11-20"
        counters.apply(CounterDeclared(key=key, cap=by_zip, schedule=campaign().schedule, at=NOW), {})
        next(each for each in counters.open([(key, by_zip, campaign().schedule)], NOW)).use(used)
    assert [fill.used for fill in counters.fullest() if fill is not None] == [7]
    # Whoever asks may rest after each.
    assert sum(fill is None for fill in counters.fullest()) == 3


def test_a_cap_that_has_no_space_at_all_is_full(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        ask(bidder)
        assert (await scraped(bidder))["cap_used_ratio", "solar-tx", "daily", "day"] == 1.0

    at_bidder(tmp_path, scene, catalogue([campaign(caps=(cap(limit=0),))]))


def test_what_is_paused_and_boosted_is_named(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for kind, target, amount in (("pause", "canary:solar:2", None), ("boost", "solar-tx", 250)):
            await bidder.store.set_switch(
                Switch(kind=kind, target=target, amount=amount, told_by="maria", told_at=NOW)  # type: ignore[arg-type]
            )
        bidder.standing.apply(requests_of(await bidder.store.requests(NOW)))
        found = await scraped(bidder)
        assert found["paused", "seller", "quiet"] == found["paused", "canary", "canary:solar:2"] == 1.0
        assert found["boost_dollars", "solar-tx"] == 2.5
        # A canary that was stopped bids for nothing, whatever it was given.
        assert found["canary_share_ratio", "solar", "2"] == 0.0
        bidder.standing.apply(Requests())
        assert (await scraped(bidder))["canary_share_ratio", "solar", "2"] == 0.5

    challenger = Challenger(model=model(0.3, version="2"), canary=0.5)
    sellers = [seller(), seller(name="quiet", key_sha256=(), paused=True)]
    at_bidder(tmp_path, scene, catalogue(sellers=sellers, challengers={"solar": challenger}))


def test_models_in_use_are_named_by_role(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        found = await scraped(bidder)
        assert [key for key in found if key[0] == "model_info"] == [
            ("model_info", "solar", "1", "live"),
            ("model_info", "solar", "2", "challenger"),
        ]

    at_bidder(tmp_path, scene, catalogue(challengers={"solar": Challenger(model=model(version="2"))}))


def test_the_journal_lags_by_its_oldest_line(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        ask(bidder)
        found = await scraped(bidder)
        assert (found["journal_waiting_lines",], found["journal_lag_seconds",]) == (1.0, 2.0)
        assert isinstance(bidder.journal, JournalWriter)
        bidder.journal.flush()
        found = await scraped(bidder)
        assert (found["journal_waiting_lines",], found["journal_lag_seconds",]) == (0.0, 0.0)

    at_bidder(tmp_path, scene)


def test_what_is_alerted_on_stands_at_zero_before_it_happens(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        found = await scraped(bidder)
        assert found["pings_total", "acme", "internal"] == found["posts_total", "acme", "error", "internal"] == 0.0
        assert found["reloads_total", "refused"] == 0.0

    at_bidder(tmp_path, scene)


def test_a_scrape_costs_less_than_five_milliseconds(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for number in range(40):
            each = replace(seller(), name=f"seller-{number}")
            bidder.metrics.count("pings_total", each.name, "bid")
            ask(bidder, seller=each, **another(number))
        scrape, costs = scrape_of(bidder), []
        for _ in range(10):
            began = time.thread_time()
            await scrape.text()
            costs.append(time.thread_time() - began)
        assert min(costs) < 0.005

    caps = tuple(cap(name=f"cap-{number}") for number in range(20))
    at_bidder(tmp_path, scene, catalogue([campaign(caps=caps)]))
