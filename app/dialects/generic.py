"""A ping or a post in our own canonical names, or in any that the alias tables know."""

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from app.dialects.aliases import BY_VALUE
from app.dialects.layout import CERTIFICATES, Layout, layout_of
from app.dialects.reading import Reading, RequestDraft, draft_of, refusal_of
from app.dialects.strays import (
    settle_age,
    settle_agreement,
    settle_certificates,
    settle_objects,
    settle_post,
    warn_of_people,
)
from app.dialects.text import Scalar, alike, alike_value, is_absent, text_of
from app.dialects.values.fields import ip_address
from app.dialects.values.guard import PERSONAL, is_personal
from app.dialects.values.people import split_name
from app.domain.consent.certificate import CERTIFICATE_ID_MIN, holds_id_of
from app.domain.identity import is_hash_of
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import looks_like_token
from app.domain.vertical import Vertical
from app.wire.ping import Ping
from app.wire.post import Contact, Post

Digest = Callable[[str, str], str]
"""(algorithm, hash in hex) to the keyed digest that we keep; empty if it is not a hash of that kind."""

_BID_NAMES = ("bid_id", "ping_id", *BY_VALUE)
_NAMES = ("first_name", "last_name", "name")
_TEST_NAMES = frozenset({"test", "testtest", "ckmtest", "testlead"})
_PING_ID_MAX = 128
_ALGORITHMS = {64: "sha256", 40: "sha1", 32: "md5"}


class PingTraces(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a ping holds of its consumer that no decision reads, for providers that are asked about pings.

    The whole address on the network, and the hashes as they came, by name, as "phone_md5". It is kept nowhere.
    """

    ip_address: str = ""
    hashes: dict[str, str] = {}

    def __repr__(self) -> str:
        return "PingTraces(***)"

    __str__ = __repr__


NO_TRACES = PingTraces()


def read_ping(
    raw: Mapping[str, Scalar], seller: Seller, verticals: Mapping[str, Vertical], digest: Digest
) -> Reading[Ping]:
    """A ping without its identity: what says plainly who the consumer is has been dropped, with a warning each."""
    vertical = vertical_of(raw, seller, verticals)
    if isinstance(vertical, Refusal):
        return Reading(vertical)
    layout = layout_of(seller, vertical, "ping")
    draft = draft_of(raw, layout, "ping")
    if draft.unknown or draft.warnings:
        settle_certificates(raw, draft, layout)
        settle_agreement(raw, draft)
        warn_of_people(raw, draft)
        settle_objects(raw, draft, layout)
    if draft.unknown or "consent_at" in draft.lead:
        settle_age(raw, draft)
    lead = draft.lead
    if "phone_hash" in lead or "email_hash" in lead or "hash_type" in lead:
        _keep_digests(draft, digest)
    own_id = lead.get("seller_lead_id")
    if own_id is not None and is_personal(own_id):
        lead["seller_lead_id"] = digest("sha256", hashlib.sha256(own_id.encode()).hexdigest())
        draft.warnings.append(f"seller_lead_id: {PERSONAL}; only a digest was kept")
    _drop_certificates(draft, layout)
    refusal = refusal_of(draft, layout)
    value = refusal if refusal is not None else Ping(vertical=vertical.name, fields=draft.fields, **lead)
    return Reading(value, _once(draft.warnings), draft.unknown, "test" in lead and lead["test"])


def is_named_a_test(raw: Mapping[str, Scalar], seller: Seller) -> bool:
    """Whether the consumer bears a name that platforms give to tests."""
    plan = layout_of(seller, None, "post").plan_of(tuple(raw))
    return any(alike(text_of(raw[key])) in _TEST_NAMES for name in _NAMES for key in plan.keys_of(name))


def traces_of(raw: Mapping[str, Scalar], seller: Seller) -> PingTraces:
    """The traces of a consumer in a ping."""
    plan = layout_of(seller, None, "ping").plan_of(tuple(raw))
    first = {
        name: next((text for key in plan.keys_of(name) if (text := text_of(raw[key]).strip())), "")
        for name in ("hash_type", "phone_hash", "email_hash", "ip_address")
    }
    hashes: dict[str, str] = {}
    for value in ("phone", "email"):
        text = first[f"{value}_hash"].lower()
        kind = alike(first["hash_type"]) or _ALGORITHMS.get(len(text), "")
        if is_hash_of(kind, text):
            hashes[f"{value}_{kind}"] = text
    address = ip_address(first["ip_address"])
    return PingTraces(ip_address=address if isinstance(address, str) else "", hashes=hashes)


def ping_id_of(raw: Mapping[str, Scalar], seller: Seller) -> str:
    """Which bid a post answers, empty where it names none.

    A `bid_id` says more than the `ping_id` beside it, and whatever has a bid's form counts before whatever has not.
    """
    plan = layout_of(seller, None, "post").plan_of(tuple(raw))
    for name in _BID_NAMES:
        for key in plan.keys_of(name):
            if looks_like_token(text := text_of(raw[key])):
                return text
    plain = (text_of(raw[key]) for name in ("ping_id", "bid_id") for key in plan.keys_of(name))
    return next((text for text in plain if not is_absent(text)), "")[:_PING_ID_MAX]


def read_post(
    raw: Mapping[str, Scalar],
    seller: Seller,
    verticals: Mapping[str, Vertical],
    vertical: Vertical | None,
    ping_id: str = "",
) -> Reading[Post]:
    """A post, read as one in `vertical`, which its bid was for; where that is not known, in the one that it names.

    It answers the bid `ping_id`, by default the one that it names itself.
    """
    named = vertical_of(raw, seller, verticals)
    own = named if isinstance(named, Vertical) else None
    layout = layout_of(seller, vertical or own, "post")
    draft = draft_of(raw, layout, "post")
    settle_post(raw, draft, layout)
    if "name" in draft.contact:
        _split_name(draft.contact)
    ping_id = ping_id or ping_id_of(raw, seller)
    refusal = Refusal("missing_field", "ping_id") if not ping_id else refusal_of(draft, layout) or _lacks(draft.contact)
    warnings, lead = _once(draft.warnings), draft.lead
    test = "test" in lead and lead["test"]
    if refusal is not None:
        return Reading(refusal, warnings, draft.unknown, test)
    contact = Contact(zip=lead["zip"], state=lead.get("state", ""), **draft.contact)
    name = own.name if own is not None else ""
    post = Post(ping_id=ping_id, contact=contact, vertical=name, fields=draft.fields, **lead)
    return Reading(post, warnings, draft.unknown, test)


def vertical_of(raw: Mapping[str, Scalar], seller: Seller, verticals: Mapping[str, Vertical]) -> Vertical | Refusal:
    """The vertical by its name or title, whatever their case and separators."""
    plain = raw.get("vertical")
    exact = verticals.get(plain) if isinstance(plain, str) else None
    if exact is not None and "vertical" not in seller.aliases and "vertical" not in seller.value_maps:
        return exact
    keys = layout_of(seller, None, "ping").plan_of(tuple(raw)).keys_of("vertical")
    text = next((text for key in keys if not is_absent(text := text_of(raw[key]))), "")
    if not text:
        return Refusal("missing_field", "vertical")
    ours = {alike_value(theirs): name for theirs, name in seller.value_maps.get("vertical", {}).items()}
    wanted = alike(ours.get(alike_value(text), text))
    verticals_named = [each for each in verticals.values() if wanted in (alike(each.name), alike(each.title))]
    return verticals_named[0] if verticals_named else Refusal("unsupported_vertical", ", ".join(verticals))


def _keep_digests(draft: RequestDraft, digest: Digest) -> None:
    """Keyed digests in place of the seller's hashes."""
    lead = draft.lead
    stated = lead.pop("hash_type", "")
    for hash_name, digest_name in (("phone_hash", "phone_digest"), ("email_hash", "email_digest")):
        if hash_name not in lead:
            continue
        hashed = lead.pop(hash_name)
        keyed = digest(alike(stated) or _ALGORITHMS.get(len(hashed), ""), hashed)
        if keyed:
            lead[digest_name] = keyed
        else:
            draft.warnings.append(f"{hash_name}: not a hash in hex of its hash_type; it was ignored")


def _drop_certificates(draft: RequestDraft, layout: Layout) -> None:
    """Drop a text that repeats the lead's certificate: whoever has it can look up the person.

    A page and a lead's own id may hold one, since the journal keeps neither whole: some number leads by certificates.
    """
    lead, fields = draft.lead, draft.fields
    # A choice is one of those listed, or there is a warning of it.
    for name in layout.texts + layout.choices if draft.warnings else layout.texts:
        values = fields if name in fields else lead
        text = values.get(name, "")
        if len(text) >= CERTIFICATE_ID_MIN and holds_id_of(text, *[lead.get(each, "") for each in CERTIFICATES]):
            del values[name]
            draft.warnings.append(f"{name}: a certificate does not belong here; it was dropped")


def _split_name(contact: dict[str, str]) -> None:
    """First and last name from a whole one."""
    first, last = split_name(contact.pop("name"))
    if first and not (contact.get("first_name") or contact.get("last_name")):
        contact["first_name"] = first
        if last:
            contact["last_name"] = last


def _lacks(contact: Mapping[str, str]) -> Refusal | None:
    if not (contact.get("phone") or contact.get("email")):
        return Refusal("missing_field", "phone or email")
    if not (contact.get("first_name") or contact.get("last_name")):
        return Refusal("missing_field", "first_name or last_name")
    return None


def _once(warnings: list[str]) -> tuple[str, ...]:
    """Each warning once: two names for a phone are one fault."""
    return tuple(dict.fromkeys(warnings)) if warnings else ()
