"""A CRM's words without the person they speak of."""

from hypothesis import given
from hypothesis import strategies as st

from app.crm.redaction import NOTE_LENGTH_MAX, hidden, redacted
from app.domain.delivery.sold_lead import ConsentProof, LeadDocument, SoldLead, lead_document
from app.wire.post import Contact
from tests.costs import GROWTH_MAX, growth
from tests.table import each_row


@each_row(
    ("said", "kept"),
    [
        ("duplicate of zoe@example.com", "duplicate of ***"),
        ("duplicate of someone.else@example.org!", "duplicate of ***"),
        ("phone +1 (512) 555-0134 is on file", "phone *** is on file"),
        ("phone 5125550134", "phone ***"),
        ("other phone 800-555-0199", "other phone ***"),
        ("Mrs o'brien of Austin", "Mrs *** of Austin"),
        ("lives at 1 MAIN ST #5", "lives at ***"),
        ("from 203.0.113.9", "from ***"),
        ("missing field list_id, error 724", "missing field list_id, error 724"),
        ("two\n  lines", "two lines"),
    ],
)
def test_what_names_the_person_is_taken_out_and_the_rest_stays(said: str, kept: str, lead: LeadDocument) -> None:
    assert redacted(said, lead) == kept


def test_a_short_name_is_not_taken_out_of_longer_words() -> None:
    assert hidden("Al is already known", a_lead(first_name="Al")) == "*** is already known"


def test_a_lead_without_identity_leaves_the_text_alone() -> None:
    assert hidden("already known", a_lead()) == "already known"


@given(said=st.text(max_size=5_000))
def test_a_note_is_one_short_line_whatever_was_said(said: str) -> None:
    note = redacted(said, a_lead(first_name="Al", phone="5125550134"))
    assert len(note) <= NOTE_LENGTH_MAX
    assert len(note.splitlines()) <= 1


def a_lead(**contact: str) -> LeadDocument:
    return lead_document(
        SoldLead(
            lead_id="lead-1",
            ping_id="ping-1",
            seller="acme",
            campaign="c",
            vertical="solar",
            leg="shared",
            price_cents=100,
            sold_at=1_790_000_060.0,
            test=True,
            contact=Contact(**contact),
            consent=ConsentProof(),
        )
    )


@each_row("unit", ["a", "a@", "1(", "\n", "1 (a"])
def test_an_answer_is_redacted_in_a_time_that_grows_as_its_length(unit: str, lead: LeadDocument) -> None:
    assert growth(lambda size: redacted(unit * (size // len(unit)), lead), 250) <= GROWTH_MAX
