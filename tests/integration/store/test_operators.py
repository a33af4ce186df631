"""What operators ask for is in force at once, survives a restart, and says who asked."""

from app.store.operators.requested import Switch
from app.store.store import Store
from app.wire.feedback import Demand, Signal
from tests.integration.store.world import NOW, in_store


def test_the_latest_demand_of_a_territory_holds_until_it_ends(url: str) -> None:
    async def tell(store: Store) -> None:
        await store.set_demand("TX", Demand(open=10, expected=40), NOW + 60.0, "ada", NOW)
        await store.set_demand("TX", Demand(open=7, expected=30), NOW + 90.0, "bob", NOW + 1.0)
        await store.set_demand("TX", Demand(open=1, expected=2, campaign="solar-tx"), NOW + 50.0, "bob", NOW)

    async def ask(store: Store) -> None:
        held = {row.demand.campaign: row for row in await store.demands(NOW + 2.0)}
        assert set(held) == {"", "solar-tx"}
        assert (held[""].territory, held[""].demand.open, held[""].demand.expected) == ("TX", 7, 30)
        assert (held[""].told_at, held[""].ends_at) == (NOW + 1.0, NOW + 90.0)
        assert [row.demand.campaign for row in await store.demands(NOW + 50.0)] == [""]
        assert await store.demands(NOW + 90.0) == []
        line = (await store.audit_lines())[1]
        assert (line.at, line.told_by, line.action, line.target) == (NOW + 1.0, "bob", "demand", "TX")
        assert line.detail == "7 open of 30 expected"

    in_store(url, tell)
    in_store(url, ask)


def test_a_signal_of_the_same_cause_replaces_the_former(url: str) -> None:
    storm = Signal(premium_cents=400, cause="storm", until=NOW + 60.0)
    worse = Signal(premium_cents=900, cause="storm", until=NOW + 90.0, vertical="roofing")
    frost = Signal(premium_cents=-200, cause="frost", until=NOW + 30.0)

    async def tell(store: Store) -> None:
        for signal in (storm, worse, frost):
            await store.set_signal("787", signal, "ada", NOW)

    async def ask(store: Store) -> None:
        held = await store.signals(NOW)
        assert {row.territory for row in held} == {"787"}
        assert sorted((row.signal for row in held), key=lambda signal: signal.premium_cents) == [frost, worse]
        assert [row.signal for row in await store.signals(NOW + 30.0)] == [worse]
        assert len(await store.audit_lines()) == 3

    in_store(url, tell)
    in_store(url, ask)


def test_a_switch_is_in_force_until_it_is_cleared(url: str) -> None:
    pause = Switch(kind="pause", target="solar-tx", why="crew is ill", told_by="ada", told_at=NOW)
    cap = Switch(kind="cap", target="solar-tx/daily", amount=50, why="storm", told_by="bob", told_at=NOW)

    async def tell(store: Store) -> None:
        await store.set_switch(cap)
        await store.set_switch(pause)

    async def ask(store: Store) -> None:
        assert await store.switches(NOW) == [cap, pause]
        assert await store.clear_switch("pause", "solar-tx", "bob", "all well", NOW + 1.0)
        assert not await store.clear_switch("pause", "solar-tx", "bob", "all well", NOW + 1.0)
        assert await store.switches(NOW) == [cap]
        lines = [(line.told_by, line.action, line.target, line.why) for line in await store.audit_lines()]
        assert lines == [
            ("bob", "end pause", "solar-tx", "all well"),
            ("ada", "pause", "solar-tx", "crew is ill"),
            ("bob", "cap", "solar-tx/daily", "storm"),
        ]

    in_store(url, tell)
    in_store(url, ask)
