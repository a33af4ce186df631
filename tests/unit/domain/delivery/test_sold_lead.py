"""The document that a CRM receives."""

import json

from app.domain.delivery.sold_lead import LEAD_PATHS, ConsentProof, SoldLead, lead_document
from app.wire.post import Contact


def sold(consent_at: float | None = 1_790_000_000.0) -> SoldLead:
    return SoldLead(
        lead_id="lead-1",
        ping_id="ping-1",
        seller="acme",
        campaign="solar-tx",
        vertical="solar",
        leg="exclusive",
        price_cents=2140,
        sold_at=1_790_000_060.0,
        test=False,
        contact=Contact(first_name="Ada", phone="5125550134"),
        consent=ConsentProof(consent_at=consent_at),
        fields={"homeowner": True, "electric_bill": 210},
    )


def test_the_document_says_when_in_iso_and_how_much_in_dollars_and_cents() -> None:
    document = lead_document(sold())
    assert document["sold_at"] == "2026-09-21T14:14:20Z"
    assert document["consent"]["consent_at"] == "2026-09-21T14:13:20Z"
    assert (document["price"], document["price_cents"]) == (21.4, 2140)


def test_every_path_is_there_even_where_the_lead_says_nothing() -> None:
    document = lead_document(sold(consent_at=None))
    for path in LEAD_PATHS:
        head, _, rest = path.partition(".")
        assert head in document
        assert not rest or rest in document[head]
    assert document["consent"]["consent_at"] == ""
    assert document["contact"]["last_name"] == ""


def test_it_survives_being_stored_as_json() -> None:
    document = lead_document(sold())
    assert json.loads(json.dumps(document)) == document


def test_a_sold_lead_does_not_print_its_person() -> None:
    assert "Ada" not in repr(sold())
