"""What if: unchanged it is the very decision that was recorded, changed it is what `decide` says, and nothing moves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.domain.auction.decide import decide
from app.domain.auction.snapshot import Snapshot
from app.domain.buyer import Exploration
from app.domain.catalogue import Catalogue, Challenger
from app.domain.territory import Territory
from app.journal.configurations import keep
from app.journal.lines import PingLine
from app.reports.pings.what_if import ChangedDecision, what_if_text
from app.usecases.bidder import Bidder
from app.usecases.pings.changed_terms import CannotChange
from app.usecases.pings.records import PingRecords
from app.usecases.pings.what_if import DecidesNow, what_if
from app.usecases.standing.changes import DemandSet, SignalSet, UsageRead
from app.wire.feedback import Demand, Signal
from tests.bidder import another, ask, at_bidder, journaled, last_ping, sell
from tests.build import NOW, buyer, campaign, cap, catalogue, model, seller

WHOLE = catalogue(
    [
        campaign(demand_cents=400, caps=(cap(), cap(name="money", measure="spend", limit=90_000))),
        campaign(name="west", territory=Territory(states=frozenset({"CA"})), caps=(cap(owner="west"),)),
        campaign(name="idle", paused=True),
    ],
    sellers=[seller(), seller(name="bolt", caps=(cap(name="hourly", owner="bolt", window="hour", scope="seller"),))],
    buyer=buyer(exploration=Exploration(spread=0.1, wide_spread=0.1)),
    challengers={"solar": Challenger(model=model(0.4, version="keen"))},
)


def played(
    folder: Path, act: Callable[[Bidder, PingLine, DecidesNow], Any], whole: Catalogue = WHOLE, **asked: Any
) -> Any:
    """What `act` makes of one ping at a bidder that has sold and been told of demand before."""

    async def scene(bidder: Bidder) -> Any:
        keep(folder / "journal", whole)
        bidder.standing.apply(UsageRead(used={"campaign/solar-tx/daily//2026-11-20": 80}))
        bidder.standing.apply(
            DemandSet(territory="TX", demand=Demand(open=5, expected=10), told_at=NOW, ends_at=NOW + 9e3)
        )
        bidder.standing.apply(
            SignalSet(territory="CA", signal=Signal(premium_cents=250, cause="hail", until=NOW + 9e3))
        )
        await sell(bidder, ask(bidder, **another(7)).ping_id, **another(7))
        ask(bidder, now=NOW + 2.0, **asked)
        records = PingRecords(folder / "journal", Path("models"))
        force = DecidesNow(catalogue=whole, records=records, standing=bidder.standing)
        return act(bidder, last_ping(bidder, folder), force)

    return at_bidder(folder, scene, whole)


def decided(folder: Path, *wanted: str, whole: Catalogue = WHOLE) -> ChangedDecision:
    return played(folder, lambda _bidder, line, force: what_if(line, wanted, force), whole)  # type: ignore[no-any-return]


def test_unchanged_it_is_what_was_recorded_to_the_last_term(tmp_path: Path) -> None:
    def act(_: Bidder, line: PingLine, force: DecidesNow) -> None:
        shown = what_if(line, (), force)
        assert (shown.changes, shown.notes) == ((), ())
        assert shown.recorded == shown.before.says == shown.after.says
        assert shown.before == shown.after
        offer, leg = line.decision.bids[0], shown.before.legs[0]
        assert (leg.price_cents, leg.win_probability, leg.surplus_cents) == (
            offer.price_cents,
            offer.win_probability,
            offer.surplus,
        )
        assert all(not term.differs for each in shown.legs for term in each.terms)

    played(tmp_path, act)


def test_a_changed_ping_gets_what_decide_says_of_it(tmp_path: Path) -> None:
    def act(_: Bidder, line: PingLine, force: DecidesNow) -> None:
        shown = what_if(line, ["min_price=12.00", "roof=flat"], force)
        changed = replace(line.ping, min_price_cents=1_200, fields={**line.ping.fields, "roof": "flat"})
        snapshot = Snapshot(catalogue=force.catalogue, seller=seller(), known=line.known, standing=line.standing)
        wanted = decide(changed, snapshot, line.at, line.draw)
        assert wanted != line.decision
        assert shown.after.legs[0].price_cents == wanted.bids[0].price_cents
        assert [(each.name, each.was, each.becomes) for each in shown.changes] == [
            ("roof", "tile", "flat"),
            ("min_price", "", "$12.00"),
        ]

    played(tmp_path, act)


def test_nothing_is_written_sent_or_counted(tmp_path: Path) -> None:
    def act(bidder: Bidder, line: PingLine, force: DecidesNow) -> None:
        lines, live = journaled(bidder, tmp_path), bidder.standing.live_bids
        uses, counted = msgspec.json.encode(bidder.standing.cap_uses()), bidder.metrics.total
        for wanted in (["zip=90001"], ["seller=bolt"], ["model=challenger"], ["time=2026-11-22"], ["state=NY"]):
            what_if(line, wanted, force)
        assert journaled(bidder, tmp_path) == lines
        assert bidder.standing.live_bids == live
        assert msgspec.json.encode(bidder.standing.cap_uses()) == uses, "no counter is opened"
        assert bidder.metrics.total == counted

    played(tmp_path, act)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("zip=90001", "for west"),
        ("zip=10001", "[outside_territory]"),
        ("state=CA", "for west"),
        ("cap:solar-tx/daily=100", "[cap_reached]"),
        ("cap:solar-tx/money=900.00", "[budget_exhausted]"),
        ("pause:solar-tx=yes", "[paused]"),
        ("pause:acme=yes", "[paused]"),
        ("tcpa_consent=no", "[consent_missing]"),
        ("min_price=800", "[below_floor]"),
        ("lead_type=shared", "[low_value]"),
    ],
)
def test_each_kind_of_change_does_what_it_says(tmp_path: Path, wanted: str, says: str) -> None:
    shown = decided(tmp_path, wanted)
    assert says in shown.after.says
    assert says not in shown.before.says
    assert len(shown.changes) >= 1


def test_a_boost_a_model_and_a_place_move_terms_that_are_marked(tmp_path: Path) -> None:
    terms = {term.name: term for leg in decided(tmp_path, "boost:solar-tx=3.50").legs for term in leg.terms}
    assert (terms["boost by command"].before, terms["boost by command"].after) == ("", "$3.50")
    assert terms["lead value"].differs
    (tmp_path / "keen").mkdir()
    keen = decided(tmp_path / "keen", "model=challenger")
    assert (keen.before.model, keen.after.model) == ("1", "keen")
    (tmp_path / "west").mkdir()
    west = decided(tmp_path / "west", "zip=90001")
    names = {term.name for leg in west.legs if leg.campaign == "west" for term in leg.terms}
    assert "signal hail" in names, "what operators ask for there holds"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("zip", "write NAME=VALUE"),
        ("zip=123456789012", "zip: "),
        ("zip=", "zip: every ping has one"),
        ("zip=90001 ", ""),
        ("nonsense=1", "no ping of solar has it"),
        ("zipp=78701", "did you mean `zip`?"),
        ("phone=5124612234", "it cannot be changed"),
        ("vertical=roofing", "it cannot be changed"),
        ("monthly_bill=none of your business", "monthly_bill: "),
        ("seller=nobody", "there is no 'nobody'"),
        ("time=someday", "time: 'someday'"),
        ("model=0042", "model: "),
        ("cap:solar-tx/nothing=1", "there is no 'solar-tx/nothing'"),
        ("cap:solar-tx/daily=many", "is not a number of leads"),
        ("cap:solar-tx/money=lots", "write dollars"),
        ("boost:nobody=1", "there is no 'nobody'"),
        ("pause:solar-tx=perhaps", "write yes or no"),
        ("=", "write NAME=VALUE"),
    ],
)
def test_what_cannot_be_read_names_the_field_and_the_remedy(tmp_path: Path, wanted: str, says: str) -> None:
    if not says:
        assert decided(tmp_path, wanted).after.says
        return
    with pytest.raises(CannotChange, match=says.replace("(", r"\(").replace("?", r"\?")):
        decided(tmp_path, wanted)


def test_a_vertical_without_a_challenger_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotChange, match="no challenger is tried in solar"):
        decided(tmp_path, "model=challenger", whole=replace(WHOLE, challengers={}))


def test_another_configuration_since_is_said_and_decides(tmp_path: Path) -> None:
    def act(_: Bidder, line: PingLine, force: DecidesNow) -> None:
        dearer = catalogue([campaign(floor_cents=5_000, caps=(cap(limit=81),))], config_hash="f" * 16)
        shown = what_if(line, (), DecidesNow(catalogue=dearer, records=force.records))
        assert shown.recorded.startswith("bid")
        assert shown.before.config == "f" * 16
        assert "[cap_reached]" in shown.before.says, "the use then, under the limit of today"
        assert "The configuration changed since" in shown.notes[0]
        gone = replace(dearer, sellers={})
        with pytest.raises(CannotChange, match="not declared any more"):
            what_if(line, (), DecidesNow(catalogue=gone, records=force.records))

    played(tmp_path, act)


def test_it_reads_as_text(tmp_path: Path) -> None:
    text = what_if_text(decided(tmp_path, "zip=10001", "time=2026-11-21T03:00"))
    assert "  zip: 10001 instead of 78701" in text
    assert "  state: NY instead of TX" in text
    assert "changed, now       no bid: outside our territory [outside_territory]" in text
    assert "solar-tx, exclusive" in text
    assert "does not buy there" in text
    assert "Caps stand as they did when the ping came" in text
