"""When somebody is told of an alert: once for each cause, again a day later, and when it is over."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from app.domain.alerts.alert import Alert, Severity, key_of

LASTS_S: Mapping[Severity, float] = {"critical": 50.0, "warning": 290.0}
"""What does not last so long is nobody's concern; a breaker opens for half a minute at first. A look at it comes every
minute or so: the second and the sixth tell.
"""

CALM_S = 600.0
CALM_MAX_S = 43_200.0
"""It is over when it was not seen for so long: twice as long each time that it came back within a day."""

REMIND_S = 86_400.0

_CRITICAL_S = LASTS_S["critical"]


class AlertState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one alert. `since` is when this episode of it began, `seen_at` when it was seen last.

    `told_at` is when somebody was told of this episode; `episodes` how often somebody was told within about a day.
    One that `is_over` is only remembered, so that what comes and goes is told more and more rarely.
    """

    cause: str
    target: str
    severity: Severity
    text: str
    since: float
    seen_at: float
    told_at: float | None = None
    episodes: int = 0
    is_over: bool = False

    @property
    def key(self) -> str:
        return key_of(self.cause, self.target)

    @property
    def calm_s(self) -> float:
        """How long it must not be seen to be over."""
        return min(CALM_S * 2.0 ** min(max(self.episodes - 1, 0), 20), CALM_MAX_S)


class Mute(msgspec.Struct, frozen=True, kw_only=True):
    """A cause, or one CAUSE:TARGET, of which nobody is told until `ends_at`, or until it is taken back."""

    cause: str
    why: str = ""
    told_by: str
    told_at: float
    ends_at: float | None = None

    def covers(self, state: AlertState, now: float) -> bool:
        """Whether it is about this alert."""
        return self.cause in (state.cause, state.key) and (self.ends_at is None or now < self.ends_at)


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into one message: what is new, what is reminded of, and what is over."""

    new: tuple[AlertState, ...] = ()
    still: tuple[AlertState, ...] = ()
    over: tuple[AlertState, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.still or self.over)


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What holds now: who can be told at all, whether it is quiet and what goes through then, and what is muted."""

    can_tell: bool = True
    is_quiet: bool = False
    wake_for_critical: bool = True
    mutes: tuple[Mute, ...] = ()

    def allow(self, state: AlertState, now: float) -> bool:
        """Whether somebody may be told of this one now."""
        if not self.can_tell or any(mute.covers(state, now) for mute in self.mutes):
            return False
        return not self.is_quiet or (self.wake_for_critical and state.severity == "critical")


def observe(states: Iterable[AlertState], alerts: Iterable[Alert], now: float) -> list[AlertState]:
    """What is known of each alert after a look that found these. What is long over is forgotten."""
    known = {state.key: state for state in states}
    for found in alerts:
        key = key_of(found.cause, found.target)
        known[key] = _seen(known.get(key), found, now)
    return [state for state in known.values() if not state.is_over or now - state.seen_at < REMIND_S]


def digest(states: Iterable[AlertState], rules: Rules, now: float) -> tuple[list[AlertState], Digest]:
    """What to tell now, and what is known after that."""
    states = list(states)
    allowed = [state for state in states if not state.is_over and rules.allow(state, now)]
    new = [state for state in allowed if _is_new(state, now, LASTS_S[state.severity])]
    over = [state for state in allowed if _is_calm(state, now) and state.told_at is not None]
    still = [state for state in allowed if state.told_at is not None and now - state.told_at >= REMIND_S]
    still = [state for state in still if state.seen_at >= now]
    if new or over or still:
        # What is about to be told goes along with what is told anyway.
        new = [state for state in allowed if _is_new(state, now, _CRITICAL_S)]
    told = Digest(new=_in_order(new), still=_in_order(still), over=_in_order(over))
    return list(_after(states, told, rules, now)), told


def _seen(state: AlertState | None, found: Alert, now: float) -> AlertState:
    if state is None or state.is_over:
        return AlertState(
            cause=found.cause,
            target=found.target,
            severity=found.severity,
            text=found.text,
            since=now,
            seen_at=now,
            episodes=state.episodes if state is not None else 0,
        )
    return replace(state, severity=found.severity, text=found.text, seen_at=max(now, state.seen_at))


def _is_new(state: AlertState, now: float, lasted_s: float) -> bool:
    return state.told_at is None and state.seen_at >= now and now - state.since >= lasted_s


def _is_calm(state: AlertState, now: float) -> bool:
    return now - state.seen_at >= state.calm_s


def _after(states: Sequence[AlertState], told: Digest, rules: Rules, now: float) -> Iterator[AlertState]:
    new, still = set(told.new), set(told.still)
    for state in states:
        if state in new:
            yield replace(state, told_at=now, episodes=state.episodes + 1)
        elif state in still:
            yield replace(state, told_at=now)
        elif state.is_over or not _is_calm(state, now):
            yield state
        elif state.told_at is None:
            if state.episodes:
                yield replace(state, is_over=True)
        elif state in told.over or _is_muted(state, rules.mutes, now) or not rules.can_tell:
            yield replace(state, is_over=True, told_at=None)
        else:
            # Somebody who heard that it began hears that it ended when the quiet is over.
            yield state


def _is_muted(state: AlertState, mutes: Collection[Mute], now: float) -> bool:
    return any(mute.covers(state, now) for mute in mutes)


def _in_order(states: Iterable[AlertState]) -> tuple[AlertState, ...]:
    """The critical ones first, then by cause and target."""
    return tuple(sorted(states, key=lambda state: (state.severity != "critical", state.cause, state.target)))
