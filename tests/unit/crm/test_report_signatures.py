"""Signatures of CRMs, made here as their documentation says; none that is forged, old or of another address holds."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from app.crm.report_signatures import SignedReport, is_of_gohighlevel, is_signed_by
from tests.table import each_row

NOW = 1_790_000_000.0
SECRET = "hubspot-client-secret"
URL = "https://leads.example.com/v1/outcomes?api_key=a%3Ab"
BODY = b'[{"objectId": 1}]'
STAMP = str(int(NOW * 1000))
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def report(headers: Mapping[str, str], body: bytes = BODY, **fields: Any) -> SignedReport:
    urls = ("https://other.example/v1/outcomes", URL)
    return SignedReport(method="POST", urls=urls, headers=headers, body=body, fields=fields)


def of_hubspot(secret: str = SECRET, body: bytes = BODY, stamp: str = STAMP, url: str = URL) -> dict[str, str]:
    text = b"POST" + url.replace("%3A", ":").encode() + body + stamp.encode()
    digest = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    return {"x-hubspot-signature-v3": digest, "x-hubspot-request-timestamp": stamp}


def test_hubspot_signs_method_address_body_and_time() -> None:
    assert is_signed_by("hubspot", SECRET, report(of_hubspot()), NOW)


@each_row(
    ("headers", "body", "now"),
    [
        ({}, BODY, NOW),
        (of_hubspot("another"), BODY, NOW),
        (of_hubspot(), BODY + b" ", NOW),
        (of_hubspot(url="https://elsewhere.example/v1/outcomes"), BODY, NOW),
        (of_hubspot(), BODY, NOW + 301.0),
        (of_hubspot(), BODY, NOW - 301.0),
        (of_hubspot() | {"x-hubspot-request-timestamp": "soon"}, BODY, NOW),
        (of_hubspot() | {"x-hubspot-request-timestamp": str(int(STAMP) + 1)}, BODY, NOW),
        (of_hubspot() | {"x-hubspot-signature-v3": "\u00e9"}, BODY, NOW),
        (of_hubspot(stamp="9" * 5_000), BODY, NOW),
    ],
)
def test_what_is_not_hubspots_does_not_hold(headers: dict[str, str], body: bytes, now: float) -> None:
    assert not is_signed_by("hubspot", SECRET, report(headers, body), now)


def test_follow_up_boss_signs_the_body_in_base64() -> None:
    digest = hmac.new(b"key", base64.b64encode(BODY), hashlib.sha256).hexdigest()
    assert is_signed_by("followupboss", "key", report({"fub-signature": digest}), NOW)
    assert not is_signed_by("followupboss", "key", report({"fub-signature": digest}, b"[]"), NOW)
    assert not is_signed_by("followupboss", "key", report({}), NOW)


def test_zoho_repeats_its_token_and_salesforce_names_its_organization() -> None:
    assert is_signed_by("zoho", "TOKEN", report({}, token="TOKEN"), NOW)
    assert not is_signed_by("zoho", "TOKEN", report({}), NOW)
    assert is_signed_by("salesforce", "00D300000000XYZ", report({}, OrganizationId="00D300000000XYZEA2"), NOW)
    for other in ("", "00D300000000XYAEAU", "00d300000000xyz"):
        assert not is_signed_by("salesforce", "00D300000000XYZ", report({}, OrganizationId=other), NOW)


GOHIGHLEVEL = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OF_LOCATION = b'{"type":"OpportunityStageUpdate","locationId":"ve9EPM428h8vShlRW1KT","webhookId":"w-1"}'
BY_GOHIGHLEVEL = base64.b64encode(GOHIGHLEVEL.sign(OF_LOCATION)).decode()


@each_row(
    ("signed", "body", "location", "account", "holds"),
    [
        (BY_GOHIGHLEVEL, OF_LOCATION, "ve9EPM428h8vShlRW1KT", "ve9EPM428h8vShlRW1KT", True),
        (BY_GOHIGHLEVEL, OF_LOCATION + b" ", "ve9EPM428h8vShlRW1KT", "ve9EPM428h8vShlRW1KT", False),
        # GoHighLevel signs for anybody's account with the same key.
        (BY_GOHIGHLEVEL, OF_LOCATION, "ve9EPM428h8vShlRW1KT", "another", False),
        ("", OF_LOCATION, "ve9EPM428h8vShlRW1KT", "ve9EPM428h8vShlRW1KT", False),
        ("not base64", OF_LOCATION, "ve9EPM428h8vShlRW1KT", "ve9EPM428h8vShlRW1KT", False),
        (BY_GOHIGHLEVEL[:40], OF_LOCATION, "ve9EPM428h8vShlRW1KT", "ve9EPM428h8vShlRW1KT", False),
        ("\u00e9", OF_LOCATION, "ve9EPM428h8vShlRW1KT", "ve9EPM428h8vShlRW1KT", False),
    ],
)
def test_gohighlevel_signs_for_one_account(signed: str, body: bytes, location: str, account: str, holds: bool) -> None:
    key = base64.b64encode(GOHIGHLEVEL.public_key().public_bytes_raw()).decode()
    told = report({"x-ghl-signature": signed}, body, locationId=location)
    assert is_of_gohighlevel(account, told, key) == holds
    # It is none of the key that GoHighLevel publishes.
    assert not is_signed_by("gohighlevel", account, told, NOW)


def test_a_sender_may_sign_with_its_old_and_its_new_key() -> None:
    other = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
    at = datetime.fromtimestamp(NOW, UTC)
    signatures = [Webhook(key).sign("msg_1", at, BODY.decode()) for key in (other, WEBHOOK_SECRET)]
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(NOW)), "webhook-signature": " ".join(signatures)}
    assert is_signed_by("standard_webhooks", WEBHOOK_SECRET, report(headers), NOW)
    assert not is_signed_by("standard_webhooks", WEBHOOK_SECRET, report(headers), NOW + 301.0)
    assert not is_signed_by("standard_webhooks", WEBHOOK_SECRET, report(headers, b"\xff"), NOW)
    for spoiled in ({"webhook-signature": "v1"}, {"webhook-signature": signatures[0]}, {"webhook-id": ""}):
        assert not is_signed_by("standard_webhooks", WEBHOOK_SECRET, report(headers | spoiled), NOW)


def test_without_a_kind_nothing_is_signed() -> None:
    assert not is_signed_by("", "", report({}), NOW)
