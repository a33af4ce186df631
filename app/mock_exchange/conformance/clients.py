"""Each platform as a client: under which names it sends a lead, with which envelope, and how it reads the answer."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import msgspec

from app.mock_exchange.conformance.parsers import Parser, Words, by_literals, by_path, leadconduit
from app.wire.ping import Value

Door = Literal["ping", "post"]

_POSTED_ONLY = frozenset(
    ("first_name", "last_name", "phone", "email", "address", "city", "birth_date", "consent_at", "user_agent")
)


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it goes out."""

    content_type: str
    body: bytes


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """`names` are its names for ours, with dots where it groups; what is not among them is sent as the buyer names it.

    `key` is where the buyer's key goes: a field, or `X-API-Key` or `Authorization` for a header. `id` is its name for
    the bid's id. `modes` say what is wanted at the one door of platforms that have one.
    """

    name: str
    id: str
    ping: Parser
    post: Parser
    names: Mapping[str, str] = {}
    key: str = "X-API-Key"
    form: Literal["json", "form", "xml in a form"] = "json"
    always: Mapping[str, str] = {}
    modes: Mapping[Door, Mapping[str, str]] = {}
    groups: bool = False
    one_door: bool = False

    def headers(self, key: str) -> dict[str, str]:
        """Where the key goes in the headers."""
        if self.key == "Authorization":
            return {"Authorization": f"Token {key}"}
        return {self.key: key} if self.key.startswith("X-") else {}

    def sent(self, door: Door, lead: Mapping[str, Value], key: str, ping_id: str = "") -> Sent:
        """A ping, or with `ping_id` the post of the same lead."""
        fields: dict[str, Value] = {}
        for name, value in lead.items():
            if name != "ping_id" and (door == "post" or name not in _POSTED_ONLY):
                fields[self.names.get(name, name)] = value
        if door == "post":
            fields[self.id] = ping_id
        envelope: dict[str, Value] = {**self.always, **self.modes.get(door, {})}
        if not self.headers(key):
            envelope[self.key] = key
        return self._written(fields, envelope)

    def _written(self, fields: dict[str, Value], envelope: dict[str, Value]) -> Sent:
        if self.form == "xml in a form":
            lead = "".join(f"<{name}>{escape(_plain(value))}</{name}>" for name, value in fields.items())
            body = urlencode({**envelope, "xml": f"<lead>{lead}</lead>"})
            return Sent(content_type="application/x-www-form-urlencoded", body=body.encode())
        whole = {**envelope, **fields}
        if self.form == "form":
            flat = urlencode({name: _plain(value) for name, value in whole.items()})
            return Sent(content_type="application/x-www-form-urlencoded", body=flat.encode())
        nested = _nested(whole) if self.groups else whole
        return Sent(
            content_type="application/json",
            body=msgspec.json.encode(nested),
        )


def _nested(fields: Mapping[str, Value]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, value in fields.items():
        group, _, rest = name.partition(".")
        if rest:
            whole.setdefault(group, {})[rest] = value
        else:
            whole[name] = value
    return whole


def _plain(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


_BOBERDOO = by_path(
    "status",
    {"Matched": "accepted", "Error": "error"},
    price="price",
    ping_id="lead_id",
    reason="unmatched_reason",
    root="response",
)
_LEADSPEDIA_WORDS: Words = {"Ping Accepted": "accepted", "Lead Accepted": "accepted", "Lead Duplicate": "duplicate"}

CLIENTS = {
    each.name: each
    for each in (
        Client(name="generic", id="ping_id", ping=by_literals("ping_id"), post=by_literals("lead_id")),
        Client(
            name="leadconduit",
            id="reference",
            ping=leadconduit,
            post=leadconduit,
            names={
                "zip": "postal_code",
                "trustedform_cert_url": "xxTrustedFormCertUrl",
                "leadid_token": "universal_leadid",
                "tcpa_text": "tcpa_consent_text",
                "created_at": "originally_created",
                "address": "address_1",
            },
        ),
        Client(
            name="boberdoo",
            id="Lead_ID",
            ping=_BOBERDOO,
            post=_BOBERDOO,
            key="Key",
            form="form",
            one_door=True,
            always={"API_Action": "pingPostLead", "SRC": "conformance", "TYPE": "21", "Return_Best_Price": "1"},
            modes={"ping": {"Mode": "ping"}, "post": {"Mode": "post"}},
            names={
                "zip": "Zip",
                "state": "State",
                "first_name": "First_Name",
                "last_name": "Last_Name",
                "phone": "Primary_Phone",
                "email": "Email",
                "address": "Address",
                "city": "City",
                "trustedform_cert_url": "Trusted_Form_URL",
                "leadid_token": "LeadiD_Token",
                "tcpa_consent": "TCPA_Consent",
                "tcpa_text": "TCPA_Language",
                "landing_page": "Landing_Page",
                "ip_address": "IP_Address",
                "user_agent": "User_Agent",
            },
        ),
        Client(
            name="leadspedia",
            id="lp_ping_id",
            ping=by_path("msg", _LEADSPEDIA_WORDS, price="price", ping_id="ping_id", reason="errors.0"),
            post=by_path("msg", _LEADSPEDIA_WORDS, price="price", ping_id="lead_id", reason="errors.0"),
            key="lp_campaign_key",
            form="form",
            always={"lp_campaign_id": "60a1", "lp_response": "JSON"},
            names={
                "zip": "zip_code",
                "phone": "phone_home",
                "email": "email_address",
                "leadid_token": "universal_lead_id",
                "trustedform_cert_url": "trusted_form_cert_url",
                "seller_lead_id": "vendor_lead_id",
                "landing_page": "url",
            },
        ),
        Client(
            name="phonexa",
            id="promise",
            ping=by_path(
                "status", {"continue": "accepted", "error": "error"}, price="price", ping_id="promise", reason="reason"
            ),
            post=by_path(
                "status",
                {"sold": "accepted", "duplicate": "duplicate", "error": "error"},
                price="price",
                ping_id="id",
                reason="reason",
            ),
            key="apiKey",
            names={"trustedform_cert_url": "trustedFormUrl", "leadid_token": "jornaya_id", "phone": "homePhone"},
        ),
        Client(
            name="jangl",
            id="auth_code",
            ping=by_path(
                "status",
                {"success": "accepted", "error": "error"},
                price="price",
                ping_id="auth_code",
                reason="message",
            ),
            post=by_path(
                "status",
                {"success": "accepted", "re-ping": "reping", "duplicate": "duplicate", "error": "error"},
                price="price",
                ping_id="lead_id",
                reason="message",
            ),
            key="Authorization",
            groups=True,
            names={
                "created_at": "meta.originally_created",
                "leadid_token": "meta.lead_id_code",
                "trustedform_cert_url": "meta.trusted_form_cert_url",
                "user_agent": "meta.user_agent",
                "landing_page": "meta.landing_page_url",
                "tcpa_consent": "meta.tcpa_compliant",
                "tcpa_text": "meta.tcpa_consent_text",
                "zip": "contact.zip_code",
                "state": "contact.state",
                "ip_address": "contact.ip_address",
                "first_name": "contact.first_name",
                "last_name": "contact.last_name",
                "phone": "contact.phone",
                "email": "contact.email",
                "address": "contact.address",
                "city": "contact.city",
            },
        ),
        Client(
            name="px",
            id="TransactionId",
            ping=by_path("Success", {"true": "accepted"}, price="Payout", ping_id="TransactionId", reason="Message"),
            post=by_path("Success", {"true": "accepted"}, price="Payout", ping_id="LeadId", reason="Message"),
            key="ApiToken",
            groups=True,
            names={
                "vertical": "Vertical",
                "leadid_token": "JornayaLeadId",
                "trustedform_cert_url": "TrustedForm",
                "tcpa_text": "TcpaText",
                "landing_page": "OriginalUrl",
                "user_agent": "UserAgent",
                "zip": "ContactData.ZipCode",
                "state": "ContactData.State",
                "ip_address": "ContactData.IpAddress",
                "first_name": "ContactData.FirstName",
                "last_name": "ContactData.LastName",
                "phone": "ContactData.PhoneNumber",
                "email": "ContactData.EmailAddress",
                "address": "ContactData.Address",
                "city": "ContactData.City",
            },
        ),
        Client(
            name="leadprosper",
            id="lp_ping_id",
            ping=by_path(
                "status",
                {"ACCEPTED": "accepted", "DUPLICATED": "duplicate", "ERROR": "error"},
                price="bids.0.payout",
                ping_id="ping_id",
                reason="message",
            ),
            post=by_path(
                "status",
                {"ACCEPTED": "accepted", "DUPLICATED": "duplicate", "ERROR": "error"},
                price="payout",
                ping_id="lead_id",
                reason="message",
            ),
            key="lp_key",
            always={"lp_campaign_id": "2210", "lp_supplier_id": "88"},
            names={"zip": "zip_code", "leadid_token": "jornaya_leadid"},
        ),
        Client(
            name="legs",
            id="lead",
            ping=by_path("code", {"1": "accepted", "-2": "error"}, price="payout", ping_id="lead", reason="comment"),
            post=by_path("code", {"1": "accepted", "-2": "error"}, price="payout", ping_id="id", reason="comment"),
            key="key",
            form="xml in a form",
            one_door=True,
            always={"leg_bid": "1"},
            modes={"ping": {"action": "ping"}, "post": {"action": "post"}},
            names={"trustedform_cert_url": "trusted_form_cert_url", "ip_address": "ip"},
        ),
    )
}
"""By the name of the dialect."""
