"""Verifies that a report is of the CRM that it seems to be of, by the secret that only both know."""

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.crm.signing import signature
from app.dialects.outcomes.crm_reports import ReportSignature
from app.dialects.text import Scalar, text_of
from app.domain.delivery.destination_auth import signing_key
from app.domain.delivery.record_id import is_same, key_of

TOLERANCE_S = 300.0
_ENCODED = ("%3A", "%2F", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2A", "%2C", "%3B")
"""What HubSpot writes plainly in the address that it signs; all else stays as it is."""

_OF_GOHIGHLEVEL = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg="
"""The public key of the webhooks of every app of GoHighLevel, as its Webhook Integration Guide prints it.

The key itself is the last 32 bytes.
"""


class SignedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came; `urls` are the addresses under which it may have been sent, behind any proxy."""

    method: str
    urls: Sequence[str]
    headers: Mapping[str, str]
    body: bytes
    fields: Mapping[str, Scalar]


def is_signed_by(kind: ReportSignature, secret: str, report: SignedReport, now: float) -> bool:
    """Whether the report shows the secret in this CRM's way, and is no older than five minutes where it says when."""
    if kind == "hubspot":
        return _is_hubspots(secret, report, now)
    if kind == "followupboss":
        digest = hmac.new(secret.encode(), base64.b64encode(report.body), "sha256").hexdigest()
        return _is_equal(report.headers.get("fub-signature", ""), digest)
    if kind == "zoho":
        return _is_equal(text_of(report.fields.get("token", "")), secret)
    if kind == "salesforce":
        organization = text_of(report.fields.get("OrganizationId", ""))
        return bool(organization) and is_same(organization, secret) and key_of(organization) == key_of(secret)
    if kind == "gohighlevel":
        return is_of_gohighlevel(secret, report)
    return kind == "standard_webhooks" and _is_standard(secret, report, now)


def _is_hubspots(secret: str, report: SignedReport, now: float) -> bool:
    stamp, offered = (report.headers.get(f"x-hubspot-{name}", "") for name in ("request-timestamp", "signature-v3"))
    if not (stamp.isascii() and stamp.isdecimal()) or abs(now - int(stamp[:16]) / 1000) > TOLERANCE_S:
        return False
    return any(_is_equal(offered, digest) for digest in _of_hubspot(secret, report, stamp))


def _of_hubspot(secret: str, report: SignedReport, stamp: str) -> Iterator[str]:
    for url in report.urls:
        plain = url
        for encoded in _ENCODED:
            plain = plain.replace(encoded, unquote(encoded)).replace(encoded.lower(), unquote(encoded))
        text = report.method.encode() + plain.encode() + report.body + stamp.encode()
        yield base64.b64encode(hmac.digest(secret.encode(), text, "sha256")).decode()


def is_of_gohighlevel(account: str, report: SignedReport, key: str = _OF_GOHIGHLEVEL) -> bool:
    """Whether GoHighLevel signed it and it tells of this location or agency, as one key signs for all of them.

    It says no time that is signed with each attempt: what is sent twice is known by its id and counts once.
    """
    if account not in (text_of(report.fields.get(name, "")) for name in ("locationId", "companyId")):
        return False
    try:
        offered = base64.b64decode(report.headers.get("x-ghl-signature", "").encode(), validate=True)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[-32:]).verify(offered, report.body)
    except (binascii.Error, InvalidSignature):
        return False
    return True


def _is_standard(secret: str, report: SignedReport, now: float) -> bool:
    """By one of the signatures: a sender that changes its key signs with both (Standard Webhooks 1.0)."""
    key, webhook_id = signing_key(secret), report.headers.get("webhook-id", "")
    stamp = report.headers.get("webhook-timestamp", "")
    if key is None or not webhook_id or not (stamp.isascii() and stamp.isdecimal()):
        return False
    if abs(now - int(stamp[:12])) > TOLERANCE_S:
        return False
    try:
        ours = signature((key,), webhook_id, int(stamp[:12]), report.body)
    except UnicodeDecodeError:
        return False
    return any(_is_equal(offered, ours) for offered in report.headers.get("webhook-signature", "").split(" "))


def _is_equal(offered: str, expected: str) -> bool:
    return hmac.compare_digest(offered.encode(), expected.encode())
