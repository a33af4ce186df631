"""How many requests may go to one destination or provider at once."""

from app.domain.delivery.breaker import COOLDOWN_S, FAILURES_MAX
from app.outbound.circuit import Circuit

NOW = 1_790_000_000.0


def broken() -> Circuit:
    circuit = Circuit()
    for _ in range(FAILURES_MAX):
        circuit.record(failed=True, at=NOW)
    return circuit


def test_what_is_under_way_takes_room() -> None:
    circuit = Circuit()
    circuit.begin()
    circuit.begin()
    assert circuit.room(NOW, 3) == 1
    circuit.begin()
    circuit.begin()
    assert circuit.room(NOW, 3) == 0
    circuit.end()
    circuit.end()
    assert circuit.room(NOW, 3) == 1


def test_one_that_keeps_failing_has_no_room_and_then_room_for_one_probe() -> None:
    circuit = broken()
    assert circuit.room(NOW + 1.0, 8) == 0
    assert circuit.room(NOW + COOLDOWN_S, 8) == 1
    circuit.begin()
    assert circuit.room(NOW + COOLDOWN_S, 8) == 0


def test_a_probe_that_gets_an_answer_opens_it_to_all_again() -> None:
    circuit = broken()
    circuit.begin()
    circuit.record(failed=False, at=NOW + COOLDOWN_S)
    circuit.end()
    assert circuit.room(NOW + COOLDOWN_S, 8) == 8


def test_a_failed_probe_is_left_alone_for_longer() -> None:
    circuit = broken()
    circuit.record(failed=True, at=NOW + COOLDOWN_S)
    assert circuit.room(NOW + 2.0 * COOLDOWN_S, 8) == 0
    assert circuit.room(NOW + 3.0 * COOLDOWN_S, 8) == 1
