"""What needs attention stands first, and only that."""

from typing import Any

from msgspec.structs import replace

from app.domain.alerts.alert import alert
from app.domain.alerts.terms import AlertTerms
from app.domain.calendar import local_time
from app.reports.attention.facts import Facts
from app.reports.status import Status, status_of
from app.service_notes import CircuitState, ModelState, ServiceState
from app.store.configurations import PendingConfiguration
from app.store.delivery.deliveries import Waiting
from app.store.leads import SalesRow, Summary
from app.store.operators.requested import RequestRows, Switch
from tests.build import NOW, campaign, cap, catalogue
from tests.table import each_row

DAILY = cap(name="daily", limit=10)
STATE = ServiceState(at=NOW, noted_at=NOW, live_bids=3, models={"solar": ModelState(live="1")}, circuits={})

DEAD = Summary(sales=(), deliveries={"crm": {"dead": 4, "rejected": 3}})


def facts(**overrides: Any) -> Facts:
    """A service that runs, with one campaign and nothing wrong."""
    values: dict[str, Any] = {
        "now": NOW,
        "machine_now": NOW,
        "configuration": catalogue([campaign(caps=(DAILY,))]).configuration,
        "in_force_since": NOW,
        "pending": [],
        "requests": RequestRows(demands=[], signals=[], switches=[]),
        "used": {},
        "today": Summary(sales=(), deliveries={}),
        "month": Summary(sales=(), deliveries={}),
        "waiting": {},
        "undelivered": {},
        "disabled": {},
        "may_be_elsewhere": False,
        "places": None,
        "state": STATE,
    }
    return Facts(**{**values, **overrides})


def used(amount: int) -> dict[str, int]:
    """So much of the daily cap, and of yesterday's."""
    today = DAILY.counter(local_time(NOW, DAILY.zone), "acme", "78701", "TX")
    yesterday = DAILY.counter(local_time(NOW - 86_400, DAILY.zone), "acme", "78701", "TX")
    return {today: amount, yesterday: 9}


def pending() -> PendingConfiguration:
    return PendingConfiguration(
        config_hash="ab12", words=("it loses a campaign",), found_at=NOW, seen_at=NOW, approved_by="", approved_at=None
    )


def pause(by: str) -> Switch:
    return Switch(kind="pause", target="canary:solar:2", why="costs more", told_by=by, told_at=NOW)


@each_row(
    ("overrides", "attention"),
    [
        ({}, None),
        ({"used": used(10)}, None),
        ({"requests": RequestRows(demands=[], signals=[], switches=[pause("os:ada")])}, None),
        ({"requests": RequestRows(demands=[], signals=[], switches=[pause("service")])}, "stopped by the service"),
        ({"state": replace(STATE, stopped_at=NOW)}, "the service is stopped"),
        ({"machine_now": NOW + 60.0}, "the service is down"),
        ({"state": None}, "no service has noted itself"),
        ({"state": None, "may_be_elsewhere": True}, None),
        ({"state": replace(STATE, models={"solar": ModelState()})}, "no model prices solar"),
        ({"state": replace(STATE, problems=(alert("disk_full", "the disk is full"),))}, "the disk is full"),
        ({"pending": [pending()]}, "configuration ab12 waits for consent, as it loses a campaign"),
        ({"disabled": {"crm": "HTTP 410"}}, "`leadbid deliveries enable crm`"),
        # Of all time there are more, which nobody will call any more.
        ({"month": DEAD, "undelivered": {"crm": 2}}, "2 leads of the last week did not reach crm"),
        ({"month": DEAD}, None),
        (
            {"waiting": {"crm": Waiting(count=2, since=NOW - 3_600.0, refused_address=0, disabled="")}},
            "2 leads waiting for crm, the first for more than 15 minutes",
        ),
        ({"waiting": {"crm": Waiting(count=1, since=NOW - 5.0, refused_address=0, disabled="")}}, None),
        (
            {
                "waiting": {"crm": Waiting(count=1, since=NOW, refused_address=0, disabled="")},
                "state": replace(STATE, circuits={"crm": CircuitState(failures=5, opens_at=NOW + 30.0)}),
            },
            "crm fails (5 times in a row)",
        ),
    ],
)
def test_what_needs_attention_is_said_and_nothing_else(overrides: dict[str, Any], attention: str | None) -> None:
    found = status_of(facts(**overrides))
    assert len(found.attention) == (attention is not None), found.attention
    assert attention is None or attention in found.attention[0].text


def test_a_cap_stands_where_its_window_of_today_does_with_the_limit_that_holds() -> None:
    changed = Switch(kind="cap", target="solar-tx/daily", amount=20, why="crew", told_by="os:ada", told_at=NOW)
    rows = RequestRows(demands=[], signals=[], switches=[changed])
    (found,) = status_of(facts(used=used(4), requests=rows)).caps
    assert (found.used, found.limit, found.declared, found.words, found.share) == (4, 20, 10, "20 a day", 0.2)


def test_a_total_that_is_nearly_used_up_needs_attention() -> None:
    total = cap(name="balance", window="total", measure="spend", limit=100_000)
    configuration = catalogue([campaign(caps=(total,))]).configuration
    key = total.counter(local_time(NOW, total.zone), "acme", "78701", "TX")

    def at(cents: int) -> Status:
        return status_of(facts(configuration=configuration, used={key: cents}))

    assert at(80_000).attention == ()
    (found,) = at(95_000).attention
    assert (found.cause, found.target) == ("cap_nearly_used", "solar-tx/balance")
    assert "is used up by 95% ($1,000 in total)" in found.sentence


def test_what_was_bought_is_summed_by_campaign_the_largest_first() -> None:
    def sales(*rows: tuple[str, str, int, int]) -> Summary:
        made = [SalesRow(campaign=name, seller=by, leads=leads, spend_cents=cents) for name, by, leads, cents in rows]
        return Summary(sales=tuple(made), deliveries={})

    month = sales(("a", "acme", 2, 300), ("b", "acme", 1, 900), ("a", "blue", 1, 100))
    bought = status_of(facts(today=sales(("a", "blue", 1, 100)), month=month)).bought
    assert [(each.campaign, each.leads_today, each.cents_today) for each in bought] == [("b", 0, 0), ("a", 1, 100)]
    assert [(each.leads_month, each.cents_month) for each in bought] == [(1, 900), (3, 400)]


def test_replicas_are_named_with_the_one_that_paces() -> None:
    service = status_of(facts(replicas=("one", "two"), pacer="two")).service
    assert (service.replicas, service.pacer) == (("one", "two"), "two")


def test_a_cause_that_nobody_wants_to_know_of_is_left_out() -> None:
    configuration = catalogue(alerts=AlertTerms(off=("destination_disabled",))).configuration
    assert status_of(facts(configuration=configuration, disabled={"crm": "HTTP 410"})).attention == ()
