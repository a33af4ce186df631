"""The made-up lead holds what its fields admit, under the seller's names and in its words."""

from typing import Any

from app.dialects.values.kinds import reader_of
from app.domain.vertical import Field
from app.instructions.example_lead import asked_at_ping, example_lead, in_its_words, sending_of, value_of
from app.instructions.samples import samples_of
from app.platforms.known import DIALECTS
from tests.build import buyer, campaign, catalogue, seller, vertical
from tests.table import each_row


@each_row(
    "field",
    [
        {"type": "integer", "example": "1,200"},
        {"type": "number", "example": "$12.50"},
        {"type": "number", "maximum": 0.5},
        {"type": "integer", "minimum": 0.5},
        {"type": "boolean", "example": "no"},
        {"type": "boolean"},
        {"type": "date"},
        {"type": "date", "example": "11/21/2026"},
        {"type": "choice", "values": ("a", "b")},
        {"type": "choice", "values": ("a", "b"), "example": "B"},
        {"type": "text"},
        {"type": "text", "example": "call 512-461-2234"},
    ],
    ids=str,
)
def test_a_made_up_value_is_one_that_the_field_admits(field: dict[str, Any]) -> None:
    declared = Field(name="x", **field)
    value = value_of(declared)
    assert reader_of(declared)(value) == value


def test_an_example_is_taken_as_it_is_read() -> None:
    assert value_of(Field(name="x", type="boolean", example="no")) is False
    assert value_of(Field(name="x", type="integer", example="1,200")) == 1_200


def test_a_ping_knows_nothing_of_the_person() -> None:
    lead = example_lead(buyer(), vertical(), (campaign(),), 1)
    asked = asked_at_ping(seller(), vertical(), lead)
    assert {"zip", "vertical", "roof"} <= asked.keys()
    assert not {"first_name", "phone", "email", "tcpa_text"} & asked.keys()


def test_the_sellers_own_names_count_before_its_platforms() -> None:
    own = seller(dialect="leadprosper", aliases={"plz": "zip", "our_bid": "ping_id"})
    sends = sending_of(own, DIALECTS["leadprosper"])
    assert sends.names["zip"] == "plz"
    assert sends.names["leadid_token"] == "jornaya_leadid"
    assert sends.id == "our_bid"


def test_a_value_is_said_in_the_sellers_word_for_it() -> None:
    own = seller(value_maps={"roof": {"clay": "tile", "mud": "flat"}, "vertical": {"Sun": "solar"}})
    lead = in_its_words(own, vertical(), {"roof": "tile", "vertical": "solar", "zip": "00001"})
    assert lead == {"roof": "clay", "vertical": "Sun", "zip": "00001"}


def test_where_the_made_up_lead_cannot_be_bid_for_there_is_no_post_of_it() -> None:
    own = seller(direct=True, aliases={"zip_of_the_house": "zip"}, value_maps={"zip": {"00001": "nowhere"}})
    names = {sample.name for sample in samples_of(catalogue([campaign()], [own]), own)}
    assert {"bid_solar", "duplicate", "refused", "missing"} <= names
    assert not {"sale_solar", "direct"} & names
