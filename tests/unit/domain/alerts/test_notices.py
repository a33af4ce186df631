"""When somebody is told: once for each cause, not in quiet hours, and once again when it is over."""

from collections.abc import Iterator

from app.domain.alerts.alert import Alert, alert
from app.domain.alerts.notices import CALM_S, REMIND_S, AlertState, Digest, Mute, Rules, digest, observe
from app.domain.alerts.terms import AlertTerms
from tests.table import each_row

NOW = 1_790_000_000.0
DOWN = alert("provider_down", "trustedform fails", target="trustedform")
AHEAD = alert("cap_ahead", "solar-tx/daily is used by 80%", target="solar-tx/daily")
OPEN = Rules()
QUIET = Rules(is_quiet=True)


class Watch:
    """Looks once a minute and remembers what was told, minute by minute."""

    def __init__(self, states: list[AlertState] | None = None) -> None:
        self.states = states or []
        self.minute = 0

    def minutes(self, count: int, *alerts: Alert, rules: Rules = OPEN) -> list[Digest]:
        """What is told while these stand for so many minutes."""
        return [told for told in self._looks(count, alerts, rules) if told]

    def _looks(self, count: int, alerts: tuple[Alert, ...], rules: Rules) -> Iterator[Digest]:
        for _ in range(count):
            now = NOW + self.minute * 60.0
            self.states, told = digest(observe(self.states, alerts, now), rules, now)
            self.minute += 1
            yield told


def causes(told: list[Digest], of: str) -> list[list[str]]:
    return [[state.cause for state in getattr(each, of)] for each in told]


@each_row(("found", "minutes"), [(DOWN, 2), (AHEAD, 6)])
def test_what_lasts_is_told_once(found: Alert, minutes: int) -> None:
    watch = Watch()
    assert watch.minutes(minutes - 1, found) == []
    assert causes(watch.minutes(600, found), "new") == [[found.cause]]


def test_what_passes_at_once_is_not_told() -> None:
    watch = Watch()
    assert [*watch.minutes(1, DOWN), *watch.minutes(3, AHEAD), *watch.minutes(120)] == []
    assert watch.states == []


def test_what_is_over_is_told_once() -> None:
    watch = Watch()
    watch.minutes(3, DOWN)
    assert causes(watch.minutes(600), "over") == [["provider_down"]]


def test_a_restart_repeats_nothing() -> None:
    watch = Watch()
    watch.minutes(3, DOWN)
    again = Watch(watch.states)
    again.minute = watch.minute + 2
    assert again.minutes(60, DOWN) == []


def test_what_comes_and_goes_within_minutes_is_one_message() -> None:
    watch = Watch()
    told = [each for _ in range(50) for each in (*watch.minutes(2, DOWN), *watch.minutes(5))]
    assert [bool(each.new) for each in told] == [True]


def test_what_comes_and_goes_all_day_is_told_more_and_more_rarely() -> None:
    watch = Watch()
    told = [each for _ in range(48) for each in (*watch.minutes(10, DOWN), *watch.minutes(20))]
    assert 2 <= len(told) <= 6


def test_what_lasts_for_days_is_told_once_a_day() -> None:
    watch = Watch()
    told = watch.minutes(3 * 1440 + 10, DOWN)
    assert causes(told, "new") == [["provider_down"], [], [], []]
    assert causes(told, "still") == [[], *[["provider_down"]] * 3]
    assert REMIND_S == 86_400.0


def test_what_comes_together_is_one_message() -> None:
    (told,) = Watch().minutes(3, DOWN, AHEAD)
    assert [state.cause for state in told.new] == ["provider_down", "cap_ahead"]


def test_a_quiet_hour_holds_back_all_but_the_critical() -> None:
    watch = Watch()
    assert causes(watch.minutes(60, AHEAD, DOWN, rules=QUIET), "new") == [["provider_down"]]
    assert causes(watch.minutes(60, AHEAD, DOWN), "new") == [["cap_ahead"]]


def test_the_critical_waits_as_well_where_the_buyer_wants_to_sleep() -> None:
    watch = Watch()
    assert watch.minutes(60, DOWN, rules=Rules(is_quiet=True, wake_for_critical=False)) == []
    assert causes(watch.minutes(1, DOWN), "new") == [["provider_down"]]


def test_what_began_and_ended_in_a_quiet_night_is_never_told() -> None:
    watch = Watch()
    assert [*watch.minutes(60, AHEAD, rules=QUIET), *watch.minutes(60, rules=QUIET), *watch.minutes(60)] == []


def test_what_ended_in_a_quiet_night_is_told_in_the_morning() -> None:
    watch = Watch()
    watch.minutes(10, AHEAD)
    assert watch.minutes(300, rules=QUIET) == []
    assert causes(watch.minutes(60), "over") == [["cap_ahead"]]


@each_row(
    ("muted", "is_told"),
    [("provider_down", False), ("provider_down:trustedform", False), ("provider_down:leadid", True), ("no_wins", True)],
)
def test_a_muted_cause_is_not_told(muted: str, is_told: bool) -> None:
    rules = Rules(mutes=(Mute(cause=muted, told_by="os:ada", told_at=NOW),))
    assert bool(Watch().minutes(60, DOWN, rules=rules)) == is_told


def test_what_still_stands_when_a_mute_ends_is_told_then() -> None:
    rules = Rules(mutes=(Mute(cause="provider_down", told_by="os:ada", told_at=NOW, ends_at=NOW + 3_600.0),))
    watch = Watch()
    assert watch.minutes(60, DOWN, rules=rules) == []
    assert causes(watch.minutes(1, DOWN, rules=rules), "new") == [["provider_down"]]


def test_without_an_address_all_is_known_and_nothing_told() -> None:
    watch = Watch()
    assert watch.minutes(60, DOWN, rules=Rules(can_tell=False)) == []
    assert causes(watch.minutes(1, DOWN), "new") == [["provider_down"]]
    assert CALM_S < REMIND_S


NIGHT = AlertTerms(quiet=((22 * 60, 7 * 60),))


@each_row(
    ("utc", "zone", "is_quiet"),
    [
        (1_792_992_600.0, "America/New_York", True),  # 01:30 of a Monday
        (1_793_512_800.0, "America/New_York", True),  # 01:00 for the second time, as clocks go back
        (1_793_534_340.0, "America/New_York", True),  # 06:59 of that day
        (1_793_534_400.0, "America/New_York", False),  # 07:00
        (1_805_007_540.0, "America/New_York", True),  # 01:59, a minute before clocks go forward
        (1_805_021_940.0, "America/New_York", True),  # 06:59 of that day
        (1_805_022_000.0, "America/New_York", False),  # 07:00
        (1_793_534_400.0, "UTC", False),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(utc: float, zone: str, is_quiet: bool) -> None:
    assert NIGHT.is_quiet(utc, zone) == is_quiet


def test_no_quiet_hours_are_never_quiet() -> None:
    assert not AlertTerms().is_quiet(NOW, "America/New_York")
