"""Builds the request that delivers a lead, as the destination's field map declares."""

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

import msgspec

from app.crm.signing import signature
from app.crm.transform import as_text, at_path, value_of
from app.domain.delivery.destination import PLACEHOLDER, Destination, Source
from app.domain.delivery.destination_auth import (
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    OAuth2Auth,
    QueryAuth,
    StandardWebhooksAuth,
    is_secret,
    signing_key,
)
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundRequest
from app.wire.ping import Value

Secrets = Mapping[str, str]
"""Each reference of a destination (`env:NAME`, `file:PATH`) and the secret behind it."""

ACCESS_TOKEN = "oauth2:access_token"  # noqa: S105 - a name, as env:NAME is
"""Under this name the access token of a destination with OAuth 2 stands among its secrets, while it is valid."""

Mapped = dict[str, Value]


class Unbuildable(msgspec.Struct, frozen=True, kw_only=True):
    """The lead lacks what the request cannot do without."""

    why: str


_CONTENT_TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DOTS = re.compile(r"\.+")


def build_request(
    destination: Destination, lead: LeadDocument, secrets: Secrets, webhook_id: str, attempted_at: float
) -> OutboundRequest | Unbuildable:
    """The request of one attempt. The body is the same in every attempt; only its signed time changes.

    `secrets` must have passed `require_secrets`. Where an address needs a value that this lead does not have,
    there is no request.
    """
    # A lead that is sent as it is needs none.
    is_whole = destination.encoding == "json" and not destination.fields
    mapped = {} if is_whole else mapped_fields(destination, lead, secrets)
    url = _address(revealed(destination.url, secrets), lead)
    if isinstance(url, Unbuildable):
        return url
    body = _body(destination, mapped, lead)
    headers = {"user-agent": "leadbid", "accept": "*/*", "accept-encoding": "identity", "webhook-id": webhook_id}
    if destination.encoding in _CONTENT_TYPES:
        headers["content-type"] = _CONTENT_TYPES[destination.encoding]
    headers |= {name.lower(): revealed(value, secrets) for name, value in destination.headers.items()}
    headers |= _credentials(destination, secrets, webhook_id, attempted_at, body)
    parameters = {name: as_text(value) for name, value in mapped.items()} if destination.encoding == "query" else {}
    if isinstance(destination.auth, QueryAuth):
        parameters[destination.auth.name] = secrets[destination.auth.value]
    return OutboundRequest(
        method=destination.method,
        url=_with_query(url, parameters),
        headers=headers,
        body=body,
        timeout_s=destination.timeout_ms / 1000,
        private_hosts=frozenset(destination.allow_private_hosts),
    )


def mapped_fields(destination: Destination, lead: LeadDocument, secrets: Secrets) -> Mapped:
    """What the field map makes of a lead; without one, all of it. What a lead lacks is left out."""
    sources = destination.fields or {path: path for path in _paths(lead)}
    values = {target: _value(source, lead, secrets) for target, source in sources.items()}
    return {target: value for target, value in values.items() if value is not None}


def _value(source: str | Source, lead: LeadDocument, secrets: Secrets) -> Value | None:
    """Some take their key in the body: a constant may be a secret."""
    constant = source.constant if isinstance(source, Source) else None
    return revealed(constant, secrets) if isinstance(constant, str) else value_of(source, lead)


def _paths(lead: LeadDocument) -> list[str]:
    paths: list[str] = []
    for name, value in lead.items():
        paths += [f"{name}.{inner}" for inner in value] if isinstance(value, dict) else [name]
    return paths


def revealed(text: str, secrets: Secrets) -> str:
    """The text, or the secret that it refers to."""
    return secrets[text] if is_secret(text) else text


def _address(template: str, lead: LeadDocument) -> str | Unbuildable:
    """The template with its placeholders filled, in path and query alone: no lead can choose the host."""
    if "{" not in template:
        return template
    parts = urlsplit(template)
    values = {path: at_path(path, lead) for path in PLACEHOLDER.findall(parts.path + parts.query)}
    for path, value in values.items():
        # A path segment of only dots would lead to another endpoint of the CRM.
        if value is None or _DOTS.fullmatch(as_text(value)):
            return Unbuildable(why=f"the address needs `{path}`, which this lead does not have")
    quoted = {path: quote(as_text(value), safe="") for path, value in values.items() if value is not None}
    filled = [PLACEHOLDER.sub(lambda match: quoted[match[1]], part) for part in (parts.path, parts.query)]
    return urlunsplit((parts.scheme, parts.netloc, filled[0], filled[1], ""))


def _body(destination: Destination, mapped: Mapped, lead: LeadDocument) -> bytes:
    if destination.encoding == "query":
        return b""
    if destination.encoding == "form":
        return urlencode({name: as_text(value) for name, value in mapped.items()}).encode()
    if destination.encoding == "xml":
        return xml_document(mapped if destination.fields else {f"lead.{path}": value for path, value in mapped.items()})
    if destination.fields:
        return msgspec.json.encode(_tree({tuple(target.split(".")): value for target, value in mapped.items()}))
    told = lead.get("feedback")
    kind, at = ("sold", lead["sold_at"]) if told is None else (told["type"], told["at"])
    return msgspec.json.encode({"type": f"lead.{kind}", "timestamp": at, "data": lead})


def _tree(leaves: dict[tuple[str, ...], Value]) -> Any:
    """Nested objects of dotted targets; where all names of a level are numbers, a list in their order."""
    tree: dict[str, Any] = {}
    for path, value in leaves.items():
        node = tree
        for name in path[:-1]:
            node = node.setdefault(name, {})
        node[path[-1]] = value
    return _with_lists(tree)


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(name.isdecimal() for name in node):
        return [_with_lists(node[name]) for name in sorted(node, key=int)]
    return {name: _with_lists(child) for name, child in node.items()}


def xml_document(mapped: Mapped) -> bytes:
    """Elements of dotted targets: `a.b@c` is an attribute, numbers repeat the element before them."""
    leaves: dict[tuple[str, ...], Value] = {}
    for target, value in mapped.items():
        path, _, attribute = target.partition("@")
        leaves[*path.split("."), f"@{attribute}"] = value
    if not leaves:
        return b""
    [(root, children)] = _tree(leaves).items()
    return bytes(ElementTree.tostring(_element(root, children), encoding="utf-8", xml_declaration=True))


def _element(name: str, children: dict[str, Any]) -> ElementTree.Element:
    element = ElementTree.Element(name)
    for child, value in children.items():
        if child == "@":
            element.text = _NOT_XML.sub("", as_text(value))
        elif child.startswith("@"):
            element.set(child[1:], _NOT_XML.sub("", as_text(value)))
        else:
            element.extend([_element(child, each) for each in (value if isinstance(value, list) else [value])])
    return element


def _credentials(
    destination: Destination, secrets: Secrets, webhook_id: str, attempted_at: float, body: bytes
) -> dict[str, str]:
    auth = destination.auth
    if isinstance(auth, BearerAuth):
        return {"authorization": f"Bearer {secrets[auth.token]}"}
    if isinstance(auth, OAuth2Auth):
        return {"authorization": f"{auth.scheme} {secrets[ACCESS_TOKEN]}"}
    if isinstance(auth, BasicAuth):
        pair = f"{revealed(auth.user, secrets)}:{revealed(auth.password, secrets)}"
        return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    if isinstance(auth, HeaderAuth):
        return {auth.name.lower(): secrets[auth.value]}
    if isinstance(auth, StandardWebhooksAuth):
        keys = tuple([signing_key(secrets[reference]) or b"" for reference in auth.secrets])
        return {
            "webhook-timestamp": str(int(attempted_at)),
            "webhook-signature": signature(keys, webhook_id, int(attempted_at), body),
        }
    return {}


def _with_query(url: str, parameters: dict[str, str]) -> str:
    if not parameters:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"
