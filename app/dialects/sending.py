"""How a platform sends a lead: its field names, its envelope, and where it puts the key."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import msgspec

from app.dialects.names import Route
from app.wire.ping import Value

POSTED_ONLY = frozenset(
    ("first_name", "last_name", "phone", "email", "address", "city", "birth_date", "consent_at", "user_agent")
)
"""What a ping must not hold, or need not."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it goes out."""

    content_type: str
    body: bytes


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """`names` are its names for ours, with dots where it groups; what is not among them is sent as the buyer names it.

    `key` is where the buyer's key goes: a field, or `X-API-Key` or `Authorization` for a header. `id` is its name for
    the bid's id, and `campaign` a field whose number may stand for the vertical. `modes` say what is wanted at the one
    endpoint of platforms that have `one_endpoint`. A post of one that `numbers_pings` may know only that number.
    """

    id: str = "ping_id"
    names: Mapping[str, str] = {}
    key: str = "X-API-Key"
    form: Literal["json", "form", "xml in a form"] = "json"
    always: Mapping[str, str] = {}
    modes: Mapping[Route, Mapping[str, str]] = {}
    groups: bool = False
    numbers_pings: bool = False
    campaign: str = ""
    one_endpoint: bool = False

    def headers(self, key: str) -> dict[str, str]:
        """Where the key goes in the headers."""
        if self.key == "Authorization":
            return {"Authorization": f"Token {key}"}
        return {self.key: key} if self.key.startswith("X-") else {}

    def sent(self, route: Route, lead: Mapping[str, Value], key: str, ping_id: str = "") -> Sent:
        """A ping, or with `ping_id` the post of the same lead."""
        fields: dict[str, Value] = {}
        for name, value in lead.items():
            if name != "ping_id" and (route == "post" or name not in POSTED_ONLY):
                fields[self.names.get(name, name)] = value
        if route == "post" and ping_id:
            fields[self.id] = ping_id
        envelope: dict[str, Value] = {**self.always, **self.modes.get(route, {})}
        if not self.headers(key):
            envelope[self.key] = key
        return self._written(fields, envelope)

    def _written(self, fields: dict[str, Value], envelope: dict[str, Value]) -> Sent:
        if self.form == "xml in a form":
            lead = "".join(f"<{name}>{escape(_plain(value))}</{name}>" for name, value in fields.items())
            body = urlencode({**envelope, "xml": f"<lead>{lead}</lead>"})
            return Sent(content_type="application/x-www-form-urlencoded", body=body.encode())
        request = {**envelope, **fields}
        if self.form == "form":
            flat = urlencode({name: _plain(value) for name, value in request.items()})
            return Sent(content_type="application/x-www-form-urlencoded", body=flat.encode())
        nested = _nested(request) if self.groups else request
        return Sent(
            content_type="application/json",
            body=msgspec.json.encode(nested),
        )


def _nested(fields: Mapping[str, Value]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in fields.items():
        group, _, rest = name.partition(".")
        if rest:
            tree.setdefault(group, {})[rest] = value
        else:
            tree[name] = value
    return tree


def _plain(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
