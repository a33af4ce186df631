"""A field's need is what readers and consent rules ask for, and nothing else."""

from typing import Any

from msgspec.structs import replace

from app.dialects.layout import layout_of
from app.dialects.names import Route
from app.domain.consent.consent import ConsentPolicy
from app.domain.vertical import Field
from app.instructions.schemas import PING_FIELDS, POST_FIELDS
from app.instructions.sheets import FieldRow, sheet_of
from app.platforms.known import DIALECTS
from tests.build import campaign, catalogue, seller, vertical
from tests.table import each_row


def rows_of(policies: tuple[ConsentPolicy, ...] = (ConsentPolicy(),), **sellers: Any) -> dict[str, FieldRow]:
    bought = [campaign(name=f"c{number}", consent=policy) for number, policy in enumerate(policies)]
    own = seller(**sellers)
    return {row.name: row for row in sheet_of(catalogue(bought, [own]), own, vertical()).rows}


def test_what_the_readers_ask_for_is_required() -> None:
    rows = rows_of()
    assert [name for name, row in rows.items() if row.ping == "required"] == ["vertical", "zip"]
    assert [name for name, row in rows.items() if row.post == "required"] == ["zip", "tcpa_text"]


def test_what_may_stand_for_another_is_named_with_it() -> None:
    rows = rows_of()
    assert (rows["phone"].post, rows["phone"].with_) == ("one of", ("email",))
    assert rows["first_name"].with_ == ("last_name", "name")
    assert rows["ping_id"].with_ == ("bid_id",)
    assert rows["leadid_token"].with_ == ("trustedform_cert_url",)


def test_a_required_field_of_a_vertical_is_required_where_it_is_known() -> None:
    kinds = (Field(name="roof", type="text", required=True), Field(name="late", type="text", known_at_ping=False))
    solar = vertical(fields=kinds)
    own = seller()
    rows = {row.name: row for row in sheet_of(catalogue([campaign()], [own], verticals=[solar]), own, solar).rows}
    assert (rows["roof"].ping, rows["roof"].post, rows["roof"].locked) == ("required", "required", True)
    assert (rows["late"].ping, rows["late"].post, rows["late"].locked) == ("not read", "optional", False)


def test_a_proof_that_every_campaign_demands_is_required() -> None:
    rows = rows_of((ConsentPolicy(certificate="trustedform", at_ping=True), ConsentPolicy(certificate="trustedform")))
    assert rows["trustedform_cert_url"].post == "required"
    assert rows["trustedform_cert_url"].ping == "some campaigns"


def test_a_proof_that_no_campaign_demands_is_optional() -> None:
    rows = rows_of((ConsentPolicy(certificate="none", text_required=False),))
    assert rows["trustedform_cert_url"].post == rows["tcpa_text"].post == "optional"


def test_identity_never_stands_in_a_ping() -> None:
    never = {name for name, row in rows_of().items() if row.ping == "never"}
    assert never == {"first_name", "last_name", "name", "phone", "email", "address", "birth_date"}


@each_row("route", ["ping", "post"])
def test_every_field_that_is_read_is_described_and_every_other_is_not_read(route: Route) -> None:
    slots = {slot.name for slot in layout_of(seller(), vertical(), route).slots.values() if slot.part != "unsettled"}
    rows = rows_of()
    read = {name for name, row in rows.items() if (row.ping if route == "ping" else row.post) != "not read"}
    # Which bid a post answers, and the vertical, are found before the fields are read.
    assert read - {"vertical", "ping_id", "bid_id"} == slots
    for name in PING_FIELDS | POST_FIELDS:
        assert rows[name].shape["description"], name


@each_row("dialect", DIALECTS)
def test_every_name_that_is_printed_means_what_it_stands_for(dialect: str) -> None:
    own = seller(dialect=dialect, aliases={"fico": "utility", "lead_no": "seller_lead_id"})
    sheet = sheet_of(catalogue([campaign()], [own]), own, vertical())
    for row in sheet.rows:
        for need, route in ((row.ping, "ping"), (row.post, "post")):
            if need != "not read":
                names = layout_of(own, vertical(), "ping" if route == "ping" else "post").names
                meant = names.name_of(row.sent_as)
                assert meant is not None
                assert meant == row.name or meant.startswith("?"), (row.sent_as, meant)


def test_a_sellers_own_words_stand_beside_ours() -> None:
    rows = rows_of(value_maps={"roof": {"clay": "tile"}}, aliases={"roof_kind": "roof"})
    assert (rows["roof"].sent_as, rows["roof"].example, rows["roof"].words) == (
        "roof_kind",
        "clay",
        (("clay", "tile"),),
    )


def test_locked_are_the_terms_and_the_locked_fields() -> None:
    assert {name for name, row in rows_of().items() if row.locked} == {
        "vertical",
        "zip",
        "state",
        "roof",
        "monthly_bill",
    }


def test_consent_is_as_young_as_the_strictest_campaign_asks() -> None:
    own = seller()
    bought = [campaign(), replace(campaign(name="strict"), consent=ConsentPolicy(age_s_max=7_200.0))]
    sheet = sheet_of(catalogue(bought, [own]), own, vertical())
    assert sheet.age_h_max == 2
    assert sheet.topics == ("solar", "roof")
    assert sheet.names == ("Bright Roofs", "Bright Roofs LLC", "solar companies")
