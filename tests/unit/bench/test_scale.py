"""What a load needs grows with it and with costs, and the simulated waits are those of a queue."""

import sys

import pytest
from msgspec.structs import replace

from tests.bench.scale import BUSY_MAX, IN_TIME_MS, Costs, limits, main, plan, waits

COSTS = Costs()
PINGS_ALONE = replace(COSTS, posted=1e-9, told_us=0.0)


def test_every_plan_answers_in_time_with_room_left() -> None:
    for pings in (100.0, 5_000.0, 60_000.0):
        found = plan(pings, COSTS)
        assert found.p99_ms <= IN_TIME_MS
        assert found.busy <= BUSY_MAX
        assert found.database_busy <= BUSY_MAX
        assert found.replicas >= found.databases


def test_who_pings_or_posts_more_or_at_a_higher_cost_needs_more() -> None:
    small = plan(20_000.0, COSTS)
    assert plan(60_000.0, COSTS).replicas > small.replicas
    assert plan(20_000.0, replace(COSTS, ping_us=2 * COSTS.ping_us)).replicas > small.replicas
    assert plan(20_000.0, replace(COSTS, posted=10 * COSTS.posted)).databases > small.databases


def test_one_replica_waits_as_a_queue_with_one_server_does() -> None:
    idle, _ = waits(10.0, 1, 1, PINGS_ALONE)
    assert abs(idle - COSTS.ping_us / 1e3) < 0.01
    half, busy = (waits(share * 1e6 / COSTS.ping_us, 1, 1, PINGS_ALONE)[1] for share in (0.5, 0.9))
    # Of independent arrivals and equal work (M/D/1): some 2.5 and 12 times the work, for 99 of 100.
    assert 2.0 < half / (COSTS.ping_us / 1e3) < 5.0
    assert 8.0 < busy / (COSTS.ping_us / 1e3) < 40.0


def test_the_database_breaks_first_and_a_cheaper_post_moves_that() -> None:
    first, *_ = limits(COSTS)
    assert first.pings * COSTS.posted == COSTS.database_posts
    assert limits(replace(COSTS, database_posts=1e9))[0].what != first.what


def test_a_load_or_a_cost_that_cannot_be_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for option, value in (("--pings", "0"), ("--ping-us", "0"), ("--posted", "2")):
        monkeypatch.setattr(sys, "argv", ["scale", option, value])
        with pytest.raises(SystemExit):
            main()
        assert f"argument {option}: {value} is out of bounds" in capsys.readouterr().err
