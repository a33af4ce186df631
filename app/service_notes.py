"""What a running service notes in its data directory: where its files lie, and every few seconds how it is."""

import os
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from app.domain.alerts.alert import Alert
from app.private_files import write_new

SEEN_S = 15.0
"""A service that has noted nothing for so long is down, or its disk takes nothing."""

T = TypeVar("T")

_WORKER = "worker-"
_PLACES, _STATE = "service.json", "service-state.json"
NOTES = (_PLACES, _STATE)
"""The files in which it does so."""


class ServicePlaces(msgspec.Struct, frozen=True, kw_only=True):
    """Where the files of the service of this directory lie. `database` is empty for SQLite in the directory itself,
    and has no password.
    """

    config: Path
    models: Path
    keys: Path
    database: str
    address: str
    pid: int
    started_at: float


class ModelState(msgspec.Struct, frozen=True, kw_only=True):
    """What bids in a vertical, and what is on trial there."""

    live: str = ""
    challenger: str = ""
    canary: float = 0.0


class CircuitState(msgspec.Struct, frozen=True, kw_only=True):
    """A destination that fails: `opens_at` is when it is tried again, where it is left alone."""

    failures: int
    opens_at: float | None = None


class ProviderState(msgspec.Struct, frozen=True, kw_only=True):
    """How the provider of one check is doing. `failures` are in a row, and `opens_at` is when it is asked again, where
    it is left alone; `fault` is what of ours it does not take. `spent_millicents` is of today (UTC); `calls`, those
    `unanswered` and those `unasked` are since the start. `sellers` has what was spent on each one's leads, if they have
    a budget of their own.
    """

    failures: int = 0
    opens_at: float | None = None
    spent_millicents: int = 0
    call_millicents: int = 0
    budget_cents: int | None = None
    calls: int = 0
    unanswered: int = 0
    unasked: int = 0
    fault: str = ""
    seller_budget_cents: int | None = None
    sellers: dict[str, int] = {}


class ServiceState(msgspec.Struct, frozen=True, kw_only=True):
    """How a service is `at` this moment of its clock, noted `noted_at` by the machine's.

    `stopped_at` is when it stopped in order. `circuits` are the destinations that fail, by name, `providers` those that
    are asked, by check. `problems` are what else it knows to be wrong. On PostgreSQL `run` is its number
    among all processes there ever were.
    """

    at: float
    noted_at: float
    live_bids: int
    models: dict[str, ModelState]
    circuits: dict[str, CircuitState]
    providers: dict[str, ProviderState] = {}
    problems: tuple[Alert, ...] = ()
    run: int = 0
    stopped_at: float | None = None

    def is_running(self, now: float) -> bool:
        """Whether it still runs, as far as its notes tell; `now` is the machine's."""
        return self.stopped_at is None and abs(now - self.noted_at) < SEEN_S


def note_places(data: Path, places: ServicePlaces) -> None:
    """Note where files lie. OSError."""
    _write(data / _PLACES, places)


def note_state(data: Path, state: ServiceState) -> None:
    """Note how it is. OSError."""
    _write(data / _STATE, state)


def service_places(data: Path) -> ServicePlaces | None:
    """Where the files of the service lie that last ran on this directory, `None` where none did."""
    return _read(data / _PLACES, ServicePlaces)


def service_state(data: Path) -> ServiceState | None:
    """How the service was when it last noted it; of its workers, where it has several, all in one."""
    states = [state for folder in note_folders(data) if (state := _read(folder / _STATE, ServiceState)) is not None]
    last = max([state.noted_at for state in states], default=0.0)
    # Workers that there are no more, as after a start with fewer of them, were noted long before.
    running = [state for state in states if last - state.noted_at < SEEN_S]
    return _of_all(running) if len(running) > 1 else next(iter(running), None)


def note_folders(data: Path) -> tuple[Path, ...]:
    """The data directory, and those of the workers that ran on it."""
    return data, *sorted(data.glob(f"{_WORKER}*"))


def worker_folder(data: Path, worker: int) -> Path:
    """Where a worker of several notes what is its own alone."""
    return data / f"{_WORKER}{worker}"


def _of_all(states: Sequence[ServiceState]) -> ServiceState:
    """How the workers of one service are, as if they were one."""
    last = max(states, key=lambda state: state.noted_at)
    stops = [state.stopped_at for state in states]
    return replace(
        last,
        live_bids=sum(state.live_bids for state in states),
        circuits=_each([state.circuits for state in states], lambda one: one.failures),
        providers=_each([state.providers for state in states], lambda one: one.failures),
        problems=tuple(
            {(each.cause, each.target): each for each in chain(*[state.problems for state in states])}.values()
        ),
        stopped_at=None if None in stops else max(stop for stop in stops if stop is not None),
    )


def _each(of_all: Sequence[dict[str, T]], failures: Callable[[T], int]) -> dict[str, T]:
    """What each is called, as the worker sees it that has met the most failures there."""
    found: dict[str, T] = {}
    for name, one in chain.from_iterable(each.items() for each in of_all):
        if name not in found or failures(one) > failures(found[name]):
            found[name] = one
    return found


def noted_run(folder: Path) -> int | None:
    """The number of the process that noted how it was here before, if it had one."""
    state = _read(folder / _STATE, ServiceState)
    return state.run or None if state is not None else None


def note_is_damaged(data: Path, name: str) -> bool:
    """Whether one of `NOTES` is there and cannot be read."""
    read = service_places if name == _PLACES else service_state
    return (data / name).exists() and read(data) is None


def _write(path: Path, value: msgspec.Struct) -> None:
    """Whole or not at all: a command may read at any moment."""
    fresh = path.with_name(f".{path.name}.unfinished")
    with write_new(fresh) as file:
        file.write(msgspec.json.encode(value, enc_hook=os.fspath) + b"\n")
    fresh.replace(path)


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind, dec_hook=lambda _, text: Path(text))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
