"""One word of the trade for what became of a lead, however it is spelled."""

from app.dialects.outcomes.outcome_words import EVENTS, event_of, event_word, is_of_a_state, says_what_changed
from tests.table import each_row


@each_row("event", EVENTS)
def test_our_own_words_are_known_in_any_case_and_with_any_signs(event: str) -> None:
    for spelled in (
        event,
        event.upper(),
        event.title(),
        event.replace("_", " "),
        event.replace("_", "-"),
        f" {event}. ",
    ):
        assert event_of(spelled, {}) == event


@each_row(
    ("words", "event"),
    [
        ("opt-out|Opt Out|OPTOUT|opted-out|DNC|D.N.C.|Do Not Call|unsubscribed|lead.opted_out", "opted_out"),
        ("closed won|Closed-Won|closedwon|Closed / Won|06. Closed Won|sale|Sale Made|won|deal.won|Bound", "sold"),
        ("Working - Contacted|Reached|connected|lead contacted|contacted", "contacted"),
        (
            "No Answer|no-answer|Left Voicemail|ATTEMPTED_TO_CONTACT|Open - Not Contacted|status: no contact",
            "not_contacted",
        ),
        ("Wrong Number|bad-lead|Disconnected|call disconnected|junk", "invalid"),
        ("SQL|Sales Qualified Lead|qualifiedtobuy", "qualified"),
        ("Quote Sent|proposal|Estimate Given", "quoted"),
    ],
)
def test_the_trades_spellings_are_known(words: str, event: str) -> None:
    assert {word: event_of(word, {}) for word in words.split("|")} == dict.fromkeys(words.split("|"), event)


@each_row(
    "word",
    [
        "",
        "?",
        "new",
        "open",
        "closed",
        "closed lost",
        "lost",
        "unqualified",
        "converted",
        "callback",
        "maybe",
        "soldier",
    ],
)
def test_what_means_something_else_or_nothing_is_no_event(word: str) -> None:
    assert event_of(word, {}) is None


def test_a_word_of_the_buyers_is_compared_alike() -> None:
    assert event_of("Hot - Transfer!", {event_word("hot transfer"): "contacted"}) == "contacted"
    assert event_of("3) New", {event_word("New"): "ignore"}) == "ignore"


def test_a_kind_of_hook_is_no_state() -> None:
    assert all(map(says_what_changed, ["deal.propertyChange", "OpportunityStageUpdate", "contact_updated", "Created"]))
    assert not any(map(says_what_changed, ["lead.deleted", "sold", "merge"]))
    assert [is_of_a_state(name) for name in ("dealstage", "hs_lead_status", "firstname")] == [True, True, False]
