"""A destination: a CRM's address, credentials, field map and outcome rules, declared and checked as one value."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from app.domain.delivery.destination_auth import (
    Auth,
    NoAuth,
    OAuth2Auth,
    StandardWebhooksAuth,
    auth_references,
    is_plain,
    is_secret,
    require_header,
    signing_key,
)
from app.domain.delivery.feedback import FEEDBACK_PATHS
from app.domain.delivery.other_ways import FileDelivery, MailDelivery
from app.domain.delivery.outcome_rule import OutcomeRule, Pick
from app.domain.delivery.sold_lead import LEAD_PATHS, LeadDocument
from app.wire.ping import Value

Method = Literal["POST", "PUT", "PATCH", "GET"]
Encoding = Literal["json", "form", "query", "xml"]
Style = Literal["e164", "digits10", "upper", "lower", "money"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_XML_TARGET = re.compile(r"[A-Za-z_][\w-]*(\.([A-Za-z_][\w-]*(\.\d+)?))*(@[A-Za-z_][\w-]*)?", re.ASCII)


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a target's value comes from, and how the CRM wants it written.

    Either `from`, a path of the lead document such as `contact.phone` or `fields.credit_tier` (several, with a blank
    between them, are joined so), or a `constant`. Then, in this order: an absent value is `default` (or the target is
    left out), `values` translates it (`default` where it has no word for it), `words` says yes and no in the CRM's
    words, `date` writes a time as strftime does (UTC), and `as` gives it its style.
    """

    path: str = msgspec.field(name="from", default="")
    constant: Value | None = None
    default: Value | None = None
    values: dict[str, Value] = {}
    words: tuple[str, str] | None = None
    date: str = ""
    style: Style | None = msgspec.field(name="as", default=None)

    def __post_init__(self) -> None:
        if bool(self.paths) == (self.constant is not None):
            raise ValueError("say either `from` (a path of the lead) or `constant`")

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it looks in the lead."""
        return tuple(self.path.split())


class Destination(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One CRM, dialer or hook, or a mailbox or folder in place of its `url`.

    `url` may hold placeholders in its path and query, such as `{lead_id}`; it or a header may be a secret as a whole.
    `fields` maps each target (a dot path: `person.phones.0.value`; in XML also `lead.phone@type`) to a path of the lead
    document or to a `Source`; with none, the whole document is sent. `crm_id` is where the CRM names its own record. A
    host in `allow_private_hosts` may have a private address and be spoken to without TLS. `only` limits it to leads
    whose value at each of these paths is one of those listed.
    """

    name: str
    url: str = ""
    mail: MailDelivery | None = None
    file: FileDelivery | None = None
    method: Method = "POST"
    encoding: Encoding = "json"
    headers: dict[str, str] = {}
    auth: Auth = NoAuth()
    fields: dict[str, str | Source] = {}
    outcomes: tuple[OutcomeRule, ...] = ()
    crm_id: Pick | None = None
    only: dict[str, tuple[Value, ...]] = {}
    timeout_ms: int = 15_000
    concurrency: int = 4
    allow_private_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.url and not is_secret(self.url):
            _require_url(self.url, self.allow_private_hosts)
        if isinstance(self.auth, OAuth2Auth):
            _require_url(self.auth.token_url, self.allow_private_hosts, "auth.token_url")
        if self.method == "GET" and self.encoding != "query":
            raise ValueError('a GET has no body: use `encoding = "query"` or another `method`')
        if not 100 <= self.timeout_ms <= 60_000:
            raise ValueError(f"`timeout_ms` is {self.timeout_ms}: it must be from 100 to 60000")
        if not 1 <= self.concurrency <= 64:
            raise ValueError(f"`concurrency` is {self.concurrency}: it must be from 1 to 64")
        for name, value in self.headers.items():
            require_header(name, value)
        for path, values in self.only.items():
            if not values:
                raise ValueError(f"`only` lists no value of `{path}`, so no lead would ever be sent here")
        if self.url or (self.mail is not None and self.mail.body == "xml"):
            _require_targets(self.encoding if self.url else "xml", tuple(self.fields))
        _require_one_way(self)

    @property
    def address(self) -> str:
        """Where leads go, without the query of a URL, in which some CRMs want keys."""
        if self.mail is not None:
            return f"{', '.join(self.mail.to)} by {self.mail.host}"
        if self.file is not None:
            return self.file.folder
        parts = urlsplit(self.url)
        return self.url if is_secret(self.url) else f"{parts.scheme}://{parts.netloc}{parts.path}"

    def wants(self, lead: LeadDocument) -> bool:
        """Whether `only` admits this lead. Letter case does not count."""
        return all(_said_at(path, lead) in {_as_said(each) for each in values} for path, values in self.only.items())


def secret_references(destination: Destination) -> tuple[str, ...]:
    """Every reference that must be resolved before a lead can be sent to this destination."""
    constants = [source.constant for source in destination.fields.values() if isinstance(source, Source)]
    mail = (destination.mail.user, destination.mail.password) if destination.mail is not None else ()
    texts = (destination.url, *mail, *destination.headers.values(), *constants)
    plain = [text for text in texts if isinstance(text, str) and is_secret(text)]
    return tuple(dict.fromkeys([*plain, *auth_references(destination.auth)]))


def require_secrets(destination: Destination, secrets: Mapping[str, str]) -> None:
    """Refuse, without showing it, a secret that is missing or cannot serve; what passes can be sent."""
    signing = destination.auth.secrets if isinstance(destination.auth, StandardWebhooksAuth) else ()
    for reference in secret_references(destination):
        if not secrets.get(reference):
            raise ValueError(f"the secret `{reference}` is missing or empty")
        if reference in signing and signing_key(secrets[reference]) is not None:
            continue
        if not is_plain(secrets[reference]):
            raise ValueError(f"the secret `{reference}` must be one line of printable ASCII")
        if reference in signing:
            remedy = (
                "must be `whsec_` and the base64 of 24 to 64 random bytes, or what `openssl rand -base64 32` prints"
            )
            raise ValueError(f"the secret `{reference}` {remedy}")
    if is_secret(destination.url):
        url = secrets[destination.url]
        _require_url(url, destination.allow_private_hosts)
        for path in placeholders(url):
            if trouble := path_trouble(path):
                raise ValueError(trouble)


def can_join_outcomes(destination: Destination) -> bool:
    """Whether outcomes can be joined to their leads: the CRM learns our id of each, or we learn the CRM's."""
    if not destination.fields or destination.crm_id is not None:
        return True
    sources = destination.fields.values()
    paths = {path for source in sources for path in ((source,) if isinstance(source, str) else source.paths)}
    subject = destination.mail.subject if destination.mail is not None else ""
    return not {"lead_id", "ping_id"}.isdisjoint(paths | set(PLACEHOLDER.findall(destination.url + subject)))


def placeholders(url: str) -> list[str]:
    """The paths of the lead that stand in an address; none in one that cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    return PLACEHOLDER.findall(parts.path + parts.query)


def path_trouble(path: str) -> str:
    """Why this is no path of a lead, and the remedy; empty where it is one. Who reads a configuration must ask."""
    if path in LEAD_PATHS or path in FEEDBACK_PATHS or (path.startswith("fields.") and len(path) > len("fields.")):
        return ""
    by_name = {known.rpartition(".")[2]: known for known in LEAD_PATHS}
    named = get_close_matches(path.rpartition(".")[2], by_name, 1)
    near = get_close_matches(path, LEAD_PATHS, 1) or [by_name[name] for name in named]
    hint = f"did you mean `{near[0]}`?" if near else "use one such as `contact.phone`, `lead_id` or `fields.NAME`"
    return f"`{path}` is not a path of the lead: {hint}"


def _said_at(path: str, lead: LeadDocument) -> str:
    head, _, rest = path.partition(".")
    return _as_said(lead.get(head, {}).get(rest, "") if rest else lead.get(head, ""))


def _as_said(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value).lower()


def _require_one_way(destination: Destination) -> None:
    """A lead goes one way, and what only HTTP has means nothing on another."""
    ways = [name for name in ("url", "mail", "file") if getattr(destination, name)]
    if len(ways) != 1:
        said = f"says {' and '.join(f'`{way}`' for way in ways)}" if ways else "says not where leads go"
        raise ValueError(f"`{ways[-1] if ways else 'url'}`: the destination {said}; give one of `url`, `mail`, `file`")
    if destination.url:
        return
    unset = Destination(name=destination.name, url="env:UNSET")
    for name in ("method", "encoding", "headers", "auth", "outcomes", "crm_id"):
        if getattr(destination, name) != getattr(unset, name):
            raise ValueError(f"`{name}` means nothing to a {ways[0]}: remove it, or give a `url`")
    mail = destination.mail
    if mail is not None and mail.tls == "none" and mail.host not in destination.allow_private_hosts:
        raise ValueError(f"`mail` must use TLS: only a host in `allow_private_hosts` may go without (`{mail.host}`)")
    if not destination.fields and (mail is None or mail.body == "xml"):
        what, preset = ("columns", "csv-file") if mail is None else ("elements", "adf-mail")
        raise ValueError(f"`{ways[0]}` needs `fields`: map its {what}, or use the preset `{preset}`")


def _require_url(url: str, allow_private_hosts: tuple[str, ...], key: str = "url") -> None:
    """A secret address passes here as well, so no message shows more of it than its host."""
    if not is_plain(url) or " " in url:
        raise ValueError(
            f"`{key}` must be ASCII without spaces: write the host in its xn-- form, other characters as %XX"
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"`{key}` cannot be read: check its host and port") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError(f"`{key}` must begin with https:// and a host: write it as https://crm.example/leads")
    if parts.username is not None or parts.fragment or "{" in parts.netloc:
        raise ValueError(f"`{key}` must hold no user, fragment, or placeholder in its host: use `auth` for credentials")
    if parts.scheme == "http" and host not in allow_private_hosts:
        raise ValueError(f"`{key}` must be https: only a host in `allow_private_hosts` may go without (`{host}`)")


def _require_targets(encoding: Encoding, targets: tuple[str, ...]) -> None:
    """In JSON no target may lie inside another; an XML document has one root, and its names are XML names."""
    if encoding == "json":
        for target in targets:
            if "" in target.split("."):
                raise ValueError(f"target `{target}` has an empty name in it")
            inside = [other for other in targets if other.startswith(f"{target}.")]
            if inside:
                raise ValueError(f"target `{target}` cannot hold both a value and `{inside[0]}`")
    if encoding == "xml":
        for target in targets:
            if not _XML_TARGET.fullmatch(target):
                raise ValueError(f"target `{target}` is not a path of XML names, such as `lead.phone@type`")
        if len({re.split(r"[.@]", target)[0] for target in targets}) > 1:
            raise ValueError("all targets must begin with the name of one root element, as in `lead.phone`")
