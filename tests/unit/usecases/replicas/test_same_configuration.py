"""Replicas that bid by different configurations are named, once that is no mere change on its way."""

from app.usecases.replicas.same_configuration import REACHES_ALL_S, SameConfiguration

SAME = {"one": "aaaa", "two": "aaaa", "three": "aaaa"}
APART = {"one": "aaaa", "two": "bbbb", "three": "aaaa"}


def test_replicas_of_one_configuration_are_no_alert() -> None:
    watch = SameConfiguration()
    assert [list(watch.alerts(SAME, now)) for now in (0.0, 2 * REACHES_ALL_S)] == [[], []]


def test_a_change_on_its_way_is_no_alert_and_one_that_stays_away_is() -> None:
    watch = SameConfiguration()
    assert not list(watch.alerts(APART, 0.0))
    assert not list(watch.alerts(APART, REACHES_ALL_S - 1.0))
    (alert,) = watch.alerts(APART, REACHES_ALL_S)
    assert alert.cause == "configurations_differ"
    assert alert.sentence.endswith("aaaa at one, three; bbbb at two")


def test_one_change_after_the_other_is_no_alert() -> None:
    watch = SameConfiguration()
    for minute in range(5):
        now = minute * REACHES_ALL_S
        assert not list(watch.alerts(APART, now))
        assert not list(watch.alerts(SAME, now + 5.0))
