"""Where an address leads."""

import pytest

from app.outbound.origin import Origin, origin_of
from tests.table import each_row


@each_row(
    ("scheme", "place", "origin"),
    [
        ("https", "CRM.example", Origin(True, "crm.example", 443, "crm.example")),
        ("https", "crm.example:443", Origin(True, "crm.example", 443, "crm.example")),
        ("http", "crm.example:443", Origin(False, "crm.example", 443, "crm.example:443")),
        ("https", "[::1]:8443", Origin(True, "::1", 8443, "[::1]:8443")),
    ],
)
def test_it_leads_to_a_host_that_is_named_with_its_port_where_that_is_not_the_usual_one(
    scheme: str, place: str, origin: Origin
) -> None:
    assert origin_of(scheme, place) == origin


@each_row(("scheme", "place"), [("ftp", "crm.example"), ("https", ""), ("https", "crm.example:99999")])
def test_what_is_no_address_of_http_leads_nowhere(scheme: str, place: str) -> None:
    with pytest.raises(ValueError, match=r"address|ort"):
        origin_of(scheme, place)
