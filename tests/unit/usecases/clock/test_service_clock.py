"""The service's clock: steady whatever is done to the machine's, and never back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.usecases.clock.service_clock import HOLD_S, SLEW, ServiceClock

NOON = 1_795_176_000.0
HOUR = 3_600.0


class Machine:
    """Its two clocks. `set_by` moves one of them, `run` both, with a look every quarter of a second."""

    def __init__(self) -> None:
        self.system = NOON
        self.steady = 1_000.0
        self.clock = ServiceClock(lambda: self.system, lambda: self.steady)

    def run(self, seconds: float) -> list[str]:
        seen: list[str] = []
        for _ in range(int(seconds * 4)):
            self.system += 0.25
            self.steady += 0.25
            if direction := self.clock.look():
                seen.append(direction)
            if self.clock.leap_s:
                self.clock.leap(self.clock.leap_s)
        return seen

    def set_by(self, seconds: float) -> None:
        self.system += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_clock_that_nobody_sets_says_the_time(machine: Machine) -> None:
    assert machine.run(100.0) == []
    assert machine.clock.now() == pytest.approx(machine.system, abs=1e-6)
    assert not machine.clock.is_apart


def test_an_hour_back_is_seen_once_and_nothing_goes_back(machine: Machine) -> None:
    machine.set_by(-HOUR)
    before = machine.clock.now()
    assert machine.run(120.0) == ["back"]
    assert machine.clock.is_apart
    assert machine.clock.now() - before == pytest.approx(120.0, rel=SLEW)


def test_an_hour_back_is_made_up_for_at_last(machine: Machine) -> None:
    machine.set_by(-HOUR)
    machine.run(1.0)
    machine.system += HOUR / SLEW
    machine.steady += HOUR / SLEW
    machine.run(1.0)
    assert not machine.clock.is_apart
    assert machine.clock.now() == pytest.approx(machine.system, abs=0.05)


def test_an_hour_forward_is_followed_once_it_lasts(machine: Machine) -> None:
    machine.set_by(HOUR)
    assert machine.run(HOLD_S - 1.0) == ["forward"]
    assert machine.clock.now() == pytest.approx(machine.system - HOUR, abs=0.01)
    machine.run(2.0)
    assert machine.clock.now() == pytest.approx(machine.system, abs=0.01)
    assert not machine.clock.is_apart


def test_a_step_that_is_taken_back_is_never_followed(machine: Machine) -> None:
    machine.set_by(HOUR)
    machine.run(HOLD_S - 1.0)
    machine.set_by(-HOUR)
    assert machine.run(60.0) == ["back"]
    assert machine.clock.now() == pytest.approx(machine.system, abs=0.01)
    assert not machine.clock.is_apart


def test_each_forward_step_of_several_is_waited_for(machine: Machine) -> None:
    machine.set_by(HOUR)
    machine.run(HOLD_S - 1.0)
    machine.set_by(HOUR)
    machine.run(HOLD_S - 1.0)
    assert machine.clock.now() == pytest.approx(machine.system - 2 * HOUR, abs=0.01)
    machine.run(2.0)
    assert machine.clock.now() == pytest.approx(machine.system, abs=0.01)


@pytest.mark.parametrize("drift", [0.4, -0.4])
def test_a_small_difference_is_made_up_for_in_silence(machine: Machine, drift: float) -> None:
    machine.set_by(drift)
    assert machine.run(60.0) == []
    assert not machine.clock.is_apart
    assert machine.clock.now() == pytest.approx(machine.system, abs=0.02)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0.0, 40.0)), max_size=8))
def test_whatever_is_done_to_the_machine_time_never_goes_back(doings: list[tuple[float, float]]) -> None:
    machine = Machine()
    last = machine.clock.now()
    for moved, seconds in doings:
        machine.set_by(moved)
        for _ in range(int(seconds)):
            machine.run(1.0)
            assert machine.clock.now() > last
            last = machine.clock.now()
