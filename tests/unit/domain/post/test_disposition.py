"""A lead's label only advances, in whatever order the CRM says what happened."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.post.disposition import DISPOSITIONS, NOTHING, Label, OutcomeEvent, label
from app.wire.feedback import OutcomeKind
from tests.table import each_row

EVENTS: tuple[OutcomeKind, ...] = (
    "contacted",
    "not_contacted",
    "qualified",
    "quoted",
    "sold",
    "invalid",
    "opted_out",
)
TOLD = st.builds(
    OutcomeEvent,
    event=st.sampled_from(EVENTS),
    # Few different ones, so that events often share their moment.
    occurred_at=st.sampled_from([10.0, 20.0, 30.0]),
    received_at=st.sampled_from([40.0, 50.0]),
    value_cents=st.sampled_from([None, 0, 100, 90_000]),
)


def told(event: OutcomeKind, at: float, value_cents: int | None = None) -> OutcomeEvent:
    return OutcomeEvent(event=event, occurred_at=at, value_cents=value_cents)


@given(st.lists(TOLD, max_size=5))
def test_any_order_gives_the_same_label(events: list[OutcomeEvent]) -> None:
    assert {repr(label(order)) for order in permutations(events)} == {repr(label(events))}


@given(st.lists(TOLD, max_size=6), TOLD)
def test_one_event_more_never_lowers_a_label_nor_takes_a_side_fact_back(
    events: list[OutcomeEvent], more: OutcomeEvent
) -> None:
    before, after = label(events), label([*events, more])
    assert after.is_at_least(before.disposition)
    assert after.invalid >= before.invalid
    assert after.opted_out >= before.opted_out


@given(st.lists(TOLD, max_size=6))
def test_what_is_told_twice_counts_once(events: list[OutcomeEvent]) -> None:
    assert label(events + events) == label(events)


def test_of_a_lead_of_which_nothing_was_told_nothing_is_known() -> None:
    assert label([]) == NOTHING == Label()
    assert not NOTHING.is_at_least("contacted")


def test_a_sale_that_is_heard_of_before_the_call_stays_a_sale() -> None:
    found = label([told("sold", 50.0, 90_000), told("contacted", 10.0), told("not_contacted", 60.0)])
    assert found == Label(disposition="sold", reached_at=50.0, value_cents=90_000)


def test_a_call_in_vain_is_less_than_any_other_rung() -> None:
    assert label([told("not_contacted", 1.0)]).disposition == "not_contacted"
    assert label([told("not_contacted", 2.0), told("contacted", 1.0)]).disposition == "contacted"


def test_a_lead_can_be_bought_and_invalid_at_once() -> None:
    found = label([told("invalid", 1.0), told("sold", 2.0, 500), told("opted_out", 3.0)])
    assert (found.disposition, found.invalid, found.opted_out) == ("sold", True, True)


@each_row(
    ("events", "value_cents"),
    [
        ([told("sold", 10.0, 500), told("sold", 20.0, 300)], 300),
        ([told("sold", 20.0, 300), told("sold", 10.0, 500)], 300),
        ([told("sold", 10.0, 500), told("sold", 20.0)], 500),
        ([told("sold", 10.0, 500), told("sold", 20.0, 0)], 0),
        ([told("sold", 10.0)], None),
        ([told("quoted", 10.0, 700)], None),
    ],
    ids=["corrected", "corrected, heard first", "a repeat without it", "taken back", "never stated", "of no sale"],
)
def test_a_later_sale_corrects_the_value(events: list[OutcomeEvent], value_cents: int | None) -> None:
    assert label(events).value_cents == value_cents


def test_a_rung_was_reached_when_it_happened_first() -> None:
    assert label([told("sold", 30.0, 5), told("sold", 20.0, 6), told("contacted", 1.0)]).reached_at == 20.0


def test_what_is_no_rung_lifts_nobody() -> None:
    assert label([told("invalid", 1.0), told("opted_out", 2.0)]).disposition == DISPOSITIONS[0]
