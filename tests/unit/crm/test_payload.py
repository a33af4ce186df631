"""Requests as CRMs want them, from the same lead."""

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from app.crm.payload import Unbuildable, build_request
from app.domain.delivery.destination import Destination
from app.domain.delivery.destination_auth import StandardWebhooksAuth
from app.domain.delivery.sold_lead import ConsentProof, LeadDocument, SoldLead, lead_document
from app.outbound.message import OutboundRequest
from app.wire.post import Contact

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {"env:TOKEN": "t0ken", "env:KEY": KEY, "env:HOOK": "https://hooks.example.com/catch/s3cret?lead={lead_id}"}
AT = 1_790_000_100.0


def built(lead: LeadDocument, **declared: Any) -> OutboundRequest:
    request = attempted(lead, **declared)
    assert isinstance(request, OutboundRequest)
    return request


def attempted(lead: LeadDocument, **declared: Any) -> OutboundRequest | Unbuildable:
    table = {"name": "crm", "url": "https://crm.example.com/leads"} | declared
    return build_request(msgspec.convert(table, Destination), lead, SECRETS, "msg_1", AT)


def test_without_a_field_map_the_whole_lead_travels_in_an_envelope(lead: LeadDocument) -> None:
    request = built(lead)
    assert json.loads(request.body) == {"type": "lead.sold", "timestamp": "2026-09-21T14:14:20Z", "data": lead}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "msg_1"


def test_dotted_targets_become_objects_and_lists(lead: LeadDocument) -> None:
    request = built(
        lead,
        fields={
            "source": {"constant": "leadbid"},
            "person.firstName": "contact.first_name",
            "person.phones.0.value": {"from": "contact.phone", "as": "e164"},
            "person.phones.1.value": "fields.second_phone",
            "person.emails.0.value": "contact.email",
            "price": "price",
        },
    )
    assert json.loads(request.body) == {
        "source": "leadbid",
        "person": {
            "firstName": "Zoë & <Co>",
            "phones": [{"value": "+15125550134"}],
            "emails": [{"value": "zoe@example.com"}],
        },
        "price": 21.5,
    }


def test_a_gap_in_a_list_closes(lead: LeadDocument) -> None:
    request = built(lead, fields={"p.0": "fields.none", "p.2": "contact.city", "p.10": "contact.zip"})
    assert json.loads(request.body) == {"p": ["Austin", "78701"]}


def test_a_form_keeps_its_names_as_they_are(lead: LeadDocument) -> None:
    request = built(
        lead, encoding="form", fields={"f.name": "contact.first_name", "owner": "fields.homeowner", "id": "lead_id"}
    )
    assert parse_qs(request.body.decode()) == {
        "f.name": ["Zoë & <Co>"],
        "owner": ["true"],
        "id": [lead["lead_id"]],
    }
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_query_has_no_body_and_joins_what_the_address_already_asks(lead: LeadDocument) -> None:
    request = built(
        lead,
        url="https://crm.example.com/insert?list_id=7",
        method="GET",
        encoding="query",
        auth={"type": "query", "name": "auth_token", "value": "env:TOKEN"},
        fields={"first": "contact.first_name"},
    )
    assert request.body == b""
    assert parse_qs(urlsplit(request.url).query) == {
        "list_id": ["7"],
        "first": ["Zoë & <Co>"],
        "auth_token": ["t0ken"],
    }


def test_xml_has_elements_attributes_and_repeats(lead: LeadDocument) -> None:
    request = built(
        lead,
        encoding="xml",
        fields={
            "adf.prospect@status": {"constant": "new"},
            "adf.prospect.name.0": "contact.first_name",
            "adf.prospect.name.0@part": {"constant": "first"},
            "adf.prospect.name.1": "contact.last_name",
            "adf.prospect.name.1@part": {"constant": "last"},
        },
    )
    root = ElementTree.fromstring(request.body)
    prospect = root.find("prospect")
    assert prospect is not None
    assert prospect.get("status") == "new"
    assert [(name.get("part"), name.text) for name in prospect.findall("name")] == [
        ("first", "Zoë & <Co>"),
        ("last", "O'Brien"),
    ]


def test_without_a_field_map_xml_and_form_carry_the_whole_lead_too(lead: LeadDocument) -> None:
    root = ElementTree.fromstring(built(lead, encoding="xml").body)
    assert root.tag == "lead"
    assert root.findtext("contact/email") == "zoe@example.com"
    assert parse_qs(built(lead, encoding="form").body.decode())["fields.credit_tier"] == ["good"]


def test_a_lead_that_has_nothing_of_what_the_xml_wants_makes_an_empty_body(lead: LeadDocument) -> None:
    assert built(lead, encoding="xml", fields={"lead.agent": "fields.agent"}).body == b""


@given(name=st.text(min_size=1))
def test_xml_stays_well_formed_whatever_a_consumer_is_called(name: str) -> None:
    request = built(_lead(first_name=name), encoding="xml", fields={"l.n": "contact.first_name", "l.i": "lead_id"})
    ElementTree.fromstring(request.body)


@given(city=st.text())
def test_no_value_leaves_its_place_in_the_address(city: str) -> None:
    request = attempted(
        _lead(city=city), url="https://crm.example.com/c/{contact.city}/x?c={contact.city}", fields={"i": "lead_id"}
    )
    if isinstance(request, Unbuildable):
        assert not city.strip(".")
        return
    parts = urlsplit(request.url)
    assert parts.netloc == "crm.example.com"
    assert parts.path.count("/") == 3
    assert not parts.fragment
    assert request.url.isascii()
    assert parts.query.count("=") == 1
    assert "&" not in parts.query


def test_an_address_that_needs_what_the_lead_lacks_is_not_guessed(lead: LeadDocument) -> None:
    request = attempted(lead, url="https://crm.example.com/{fields.agent}/leads")
    assert request == Unbuildable(why="the address needs `fields.agent`, which this lead does not have")


def test_the_address_may_be_a_secret_with_placeholders(lead: LeadDocument) -> None:
    assert built(lead, url="env:HOOK").url == f"https://hooks.example.com/catch/s3cret?lead={lead['lead_id']}"


def test_each_way_of_authentication_is_written_as_its_standard_says(lead: LeadDocument) -> None:
    def authorised(**auth: Any) -> dict[str, str]:
        return built(lead, auth=auth).headers

    assert authorised(type="bearer", token="env:TOKEN")["authorization"] == "Bearer t0ken"
    assert authorised(type="basic", user="env:TOKEN")["authorization"] == "Basic dDBrZW46"
    assert authorised(type="basic", user="me", password="env:TOKEN")["authorization"] == "Basic bWU6dDBrZW4="
    assert authorised(type="header", name="X-Api-Key", value="env:TOKEN")["x-api-key"] == "t0ken"


def test_declared_headers_win_and_may_be_secrets(lead: LeadDocument) -> None:
    headers = built(lead, headers={"Content-Type": "text/json", "X-System-Key": "env:TOKEN"}).headers
    assert headers["content-type"] == "text/json"
    assert headers["x-system-key"] == "t0ken"


def test_a_signed_request_verifies_over_the_very_bytes_sent(lead: LeadDocument) -> None:
    destination = Destination(
        name="crm", url="https://crm.example.com/", auth=StandardWebhooksAuth(secrets=("env:KEY",))
    )
    request = build_request(destination, lead, SECRETS, "msg_1", time.time())
    assert isinstance(request, OutboundRequest)
    assert Webhook(KEY).verify(request.body, request.headers)["data"] == lead


def test_only_the_signed_time_differs_between_attempts(lead: LeadDocument) -> None:
    destination = Destination(
        name="crm", url="https://crm.example.com/", auth=StandardWebhooksAuth(secrets=("env:KEY",))
    )
    first, second = (build_request(destination, lead, SECRETS, "msg_1", at) for at in (AT, AT + 5.0))
    assert isinstance(first, OutboundRequest)
    assert isinstance(second, OutboundRequest)
    assert (first.url, first.body) == (second.url, second.body)
    differing = {name for name in first.headers if first.headers[name] != second.headers[name]}
    assert differing == {"webhook-timestamp", "webhook-signature"}


def test_a_request_does_not_print_what_it_carries(lead: LeadDocument) -> None:
    assert repr(built(lead, url="env:HOOK")) == "OutboundRequest(method='POST', ***)"


def _lead(**contact: str) -> LeadDocument:
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
