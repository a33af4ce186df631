"""Values as CRMs want them written."""

from typing import Any

import msgspec

from app.crm.transform import value_of
from app.domain.delivery.destination import Source
from app.domain.delivery.sold_lead import LeadDocument
from app.wire.ping import Value
from tests.table import each_row


@each_row(
    ("declared", "written"),
    [
        ("contact.phone", "(512) 555-0134"),
        ("contact.birth_date", None),
        ("fields.roof_age", None),
        ("price", 21.5),
        ({"constant": False}, False),
        ({"from": "contact.phone", "as": "e164"}, "+15125550134"),
        ({"from": "contact.city contact.birth_date contact.state", "as": "upper"}, "AUSTIN TX"),
        ({"from": "contact.birth_date fields.roof_age", "default": "unknown"}, "unknown"),
        ({"from": "contact.birth_date price"}, 21.5),
        ({"from": "contact.phone", "as": "digits10"}, "5125550134"),
        ({"from": "contact.city", "as": "upper"}, "AUSTIN"),
        ({"from": "contact.state", "as": "lower"}, "tx"),
        ({"from": "price", "as": "money"}, "21.50"),
        ({"from": "sold_at", "date": "%m/%d/%Y %H:%M"}, "09/21/2026 14:14"),
        ({"from": "fields.homeowner", "words": ["Own", "Rent"]}, "Own"),
        ({"from": "test", "words": ["Y", "N"]}, "N"),
        ({"from": "fields.credit_tier", "words": ["Y", "N"]}, "good"),
        ({"from": "fields.credit_tier", "values": {"good": 3}}, 3),
        ({"from": "fields.credit_tier", "values": {"poor": 1}}, "good"),
        ({"from": "fields.credit_tier", "values": {"poor": 1}, "default": 0}, 0),
        ({"from": "fields.homeowner", "values": {"true": "owner"}, "as": "upper"}, "OWNER"),
        ({"from": "fields.roof_age", "default": "unknown", "as": "upper"}, "unknown"),
        ({"from": "contact.city", "date": "%Y"}, "Austin"),
        ({"from": "contact.city", "as": "e164"}, "Austin"),
        ({"from": "contact.city", "as": "money"}, "Austin"),
        ({"constant": "+44 20 7946 0958", "as": "digits10"}, "+442079460958"),
        ({"constant": 1e300, "date": "%Y"}, 1e300),
        ({"constant": "2026-11-21T01:00:00-06:00", "date": "%H:%M"}, "07:00"),
    ],
)
def test_a_source_is_written_as_declared(declared: Any, written: Value | None, lead: LeadDocument) -> None:
    source: str | Source = msgspec.convert(declared, str | Source)
    value = value_of(source, lead)
    assert value == written
    assert type(value) is type(written)
