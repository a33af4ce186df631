"""What operators ask for, as it reaches a ping."""

from typing import Any

from msgspec.structs import replace

from app.domain.campaign import Campaign
from app.domain.pricing.demand import DemandStanding
from app.usecases.standing.changes import DemandSet, Requests, SignalSet
from app.usecases.standing.standing import LiveStanding
from app.wire.feedback import Demand, Signal
from app.wire.ping import Ping
from tests.build import NOW, campaign, ping
from tests.standing import BUYING, of_ping, pass_time, returned, sell
from tests.table import each_row

FIVE = Demand(open=5, expected=10)


def asked(
    standing: LiveStanding, lead: Ping | None = None, now: float = NOW, buying: Campaign = BUYING
) -> DemandStanding | None:
    return of_ping(standing, lead or ping(), now, buying).demand.get(buying.name)


@each_row(
    ("demands", "heard"),
    [
        ([("TX", "")], "TX"),
        ([("TX", ""), ("787", "")], "787"),
        ([("787", ""), ("7", ""), ("78701", "")], "78701"),
        ([("TX", "solar-tx"), ("TX", "")], "TX"),
        ([("CA", ""), ("90001", ""), ("TX", "other")], None),
    ],
)
def test_the_narrowest_demand_that_covers_a_lead_is_heard(demands: list[tuple[str, str]], heard: str | None) -> None:
    standing = LiveStanding()
    for territory, whose in demands:
        standing.apply(
            DemandSet(
                territory=territory,
                demand=Demand(open=5, expected=10, campaign=whose),
                told_at=NOW,
                ends_at=NOW + 3_600,
            )
        )
    demand = asked(standing)
    assert (demand.name if demand else None) == heard


def test_a_campaigns_own_demand_comes_before_that_of_all() -> None:
    standing = LiveStanding()
    standing.apply(DemandSet(territory="TX", demand=Demand(open=5, expected=10), told_at=NOW, ends_at=NOW + 3_600))
    standing.apply(
        DemandSet(
            territory="TX", demand=Demand(open=1, expected=10, campaign="solar-tx"), told_at=NOW, ends_at=NOW + 3_600
        )
    )
    assert asked(standing) == DemandStanding("TX", 1.0, 10.0)
    assert asked(standing, buying=campaign(name="other")) == DemandStanding("TX", 5.0, 10.0)


def test_demand_is_counted_down_by_sales_and_by_time_and_ends() -> None:
    standing = LiveStanding()
    standing.apply(DemandSet(territory="TX", demand=Demand(open=5, expected=10), told_at=NOW, ends_at=NOW + 3_600))
    sell(standing, b"a")
    assert asked(standing) == DemandStanding("TX", 4.0, 10.0)
    assert asked(standing, now=NOW + 1_800) == DemandStanding("TX", 4.0, 5.0)
    assert asked(standing, now=NOW + 3_600) is None
    pass_time(standing, NOW + 3_600)
    assert asked(standing, now=NOW + 3_600) is None


def test_demand_is_counted_from_when_it_was_told_whenever_it_is_heard_of() -> None:
    standing, told = LiveStanding(), DemandSet(territory="TX", demand=FIVE, told_at=NOW, ends_at=NOW + 3_600)
    sell(standing, b"a", NOW - 1.0)
    sell(standing, b"b", NOW)
    sell(standing, b"c", NOW + 1.0)
    standing.apply(Requests(demands=(told,)))
    assert asked(standing) == DemandStanding("TX", 3.0, 10.0)
    sell(standing, b"d", NOW - 0.5)
    sell(standing, b"d", NOW + 2.0)
    assert asked(standing) == DemandStanding("TX", 3.0, 10.0)
    standing.apply(replace(told, sold=2))
    assert asked(standing) == DemandStanding("TX", 1.0, 10.0)


@each_row(
    ("territory", "vertical", "lead", "heard"),
    [
        ("TX", "", {}, True),
        ("787", "", {}, True),
        ("78701", "solar", {}, True),
        ("CA", "", {}, False),
        ("900", "", {}, False),
        ("TX", "roofing", {}, False),
        ("TX", "", {"zip": "75201"}, True),
        ("787", "", {"zip": "75201"}, False),
    ],
)
def test_a_signal_covers_its_territory_and_vertical(
    territory: str, vertical: str, lead: dict[str, Any], heard: bool
) -> None:
    standing = LiveStanding()
    standing.apply(
        SignalSet(
            territory=territory, signal=Signal(premium_cents=500, cause="storm", until=NOW + 60, vertical=vertical)
        )
    )
    assert of_ping(standing, ping(**lead)).signals == ((("storm", 500),) if heard else ())


def test_a_signal_is_replaced_by_its_cause_adds_to_others_and_ends() -> None:
    standing = LiveStanding()
    standing.apply(SignalSet(territory="TX", signal=Signal(premium_cents=500, cause="storm", until=NOW + 60)))
    standing.apply(SignalSet(territory="TX", signal=Signal(premium_cents=300, cause="storm", until=NOW + 60)))
    standing.apply(SignalSet(territory="787", signal=Signal(premium_cents=-100, cause="frost", until=NOW + 120)))
    assert of_ping(standing, ping()).signals == (("storm", 300), ("frost", -100))
    assert of_ping(standing, ping(), NOW + 60).signals == (("frost", -100),)
    pass_time(standing, NOW + 120)
    assert of_ping(standing, ping(), NOW + 120).signals == ()


def test_what_an_operator_paused_is_in_every_standing() -> None:
    standing = LiveStanding()
    standing.apply(Requests(pauses=(("solar-tx", None), ("acme", None))))
    assert of_ping(standing, ping()).paused == {"solar-tx", "acme"}
    standing.apply(Requests())
    assert of_ping(standing, ping()).paused == frozenset()


def test_a_pause_and_a_boost_end_by_themselves() -> None:
    standing = LiveStanding()
    standing.apply(
        Requests(pauses=(("acme", NOW + 60.0), ("solar-tx", None)), boosts=((BUYING.name, 400, NOW + 60.0),))
    )
    assert of_ping(standing, ping()).boosts == {BUYING.name: 400}
    assert of_ping(standing, ping(), buying=campaign(name="other")).boosts == {}
    pass_time(standing, NOW + 60.0)
    assert of_ping(standing, ping(), NOW + 60.0).paused == {"solar-tx"}
    assert of_ping(standing, ping(), NOW + 60.0).boosts == {}


def test_a_demand_that_is_asked_for_again_has_been_counted_down_since() -> None:
    standing = LiveStanding()
    told = DemandSet(territory="TX", demand=Demand(open=5, expected=10), told_at=NOW, ends_at=NOW + 3_600)
    standing.apply(Requests(demands=(told,)))
    sell(standing, b"a")
    standing.apply(Requests(demands=(told,)))
    assert asked(standing) == DemandStanding("TX", 4.0, 10.0)
    standing.apply(Requests())
    assert asked(standing) is None


def test_a_lead_that_is_given_back_leaves_its_territory_as_much_to_work_as_before() -> None:
    standing = LiveStanding()
    for territory in ("TX", "787", "CA"):
        standing.apply(
            DemandSet(territory=territory, demand=Demand(open=5, expected=10), told_at=NOW, ends_at=NOW + 3_600)
        )
    for lead in (b"a", b"b"):
        sell(standing, lead, NOW + 1.0)
    for _ in range(2):
        standing.apply(returned(1, NOW + 1.0))
    assert asked(standing) == DemandStanding("787", 4.0, 10.0)
    # Whoever told the demand knew of what was bought before.
    standing.apply(returned(2, NOW - 1.0))
    assert asked(standing) == DemandStanding("787", 4.0, 10.0)
    # Never more than was told, as of what other processes sold.
    for number in range(3, 9):
        standing.apply(returned(number, NOW + 1.0))
    assert asked(standing) == DemandStanding("787", 5.0, 10.0)
