"""What may stand in a ping and a post of one vertical, and what must: asked of the readers and rules themselves."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

import msgspec

from app.dialects import generic
from app.dialects.layout import layout_of
from app.dialects.names import Route
from app.dialects.text import alike
from app.domain.campaign import Campaign
from app.domain.catalogue import Catalogue
from app.domain.consent import consent
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import BEGINNING
from app.domain.vertical import Vertical
from app.instructions.example_lead import example_lead, in_its_words, sending_of
from app.instructions.schemas import PING_FIELDS, POST_FIELDS, Json, field_schema
from app.instructions.simulate import NOW
from app.platforms.known import DIALECTS
from app.wire.ping import Ping, Value
from app.wire.post import Post

Need = Literal["required", "one of", "some campaigns", "optional", "never", "not read"]
"""`one of`: it or another that is named. `never`: it says who the consumer is, and is dropped with a warning."""

_ID = BEGINNING + "Z" * 63
_SPARES: Mapping[str, Value] = {"bid_id": _ID, "name": "Maria Lopez"}
"""What may do instead of something that a reader asks for by another name."""

_TERMS = ("vertical", "zip", "state")
"""With the locked fields of its vertical, what ping and post must share."""


class FieldRow(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `with_` are those with which it is exchangeable; `words` the seller's values for ours."""

    name: str
    sent_as: str
    shape: Json
    example: Value | None
    ping: Need
    post: Need
    with_: tuple[str, ...]
    locked: bool
    words: tuple[tuple[str, str], ...]


class FieldSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One vertical. A consent text must hold one of `topics` and one of `names`; consent is at most `age_h_max` old."""

    vertical: str
    title: str
    rows: tuple[FieldRow, ...]
    topics: tuple[str, ...]
    names: tuple[str, ...]
    age_h_max: int
    pages: tuple[str, ...]


Asked = tuple[tuple[str, ...], ...]
"""What must be there: one of each group."""


def sheet_of(catalogue: Catalogue, seller: Seller, vertical: Vertical) -> FieldSheet:
    """The fields of a vertical as this seller sends them."""
    campaigns = tuple(each for each in catalogue.campaigns.values() if each.vertical == vertical.name)
    lead = example_lead(catalogue.buyer, vertical, campaigns, 1)
    needs = {route: _needs(catalogue, seller, vertical, campaigns, lead, route) for route in ("ping", "post")}
    example = in_its_words(seller, vertical, lead)
    names = sending_of(seller, DIALECTS[seller.dialect])
    shapes = {
        "vertical": {"const": vertical.name, "description": "The kind of lead."},
        **PING_FIELDS,
        **POST_FIELDS,
    }
    shapes |= {field.name: field_schema(field) for field in vertical.fields}
    rows = [
        FieldRow(
            name=name,
            sent_as=names.id if name == "ping_id" else names.names.get(name, name),
            shape=shape,
            example=example.get(name),
            ping=needs["ping"][0].get(name, "not read"),
            post=needs["post"][0].get(name, "not read"),
            with_=tuple({**needs["ping"][1], **needs["post"][1]}.get(name, ())),
            locked=name in (*_TERMS, *vertical.locked),
            words=_words(seller, vertical, name),
        )
        for name, shape in shapes.items()
    ]
    policies = [each.consent for each in campaigns]
    brands = dict.fromkeys((*(each.brand for each in campaigns), *catalogue.buyer.brands, catalogue.buyer.legal_name))
    return FieldSheet(
        vertical=vertical.name,
        title=vertical.title,
        rows=tuple(rows),
        topics=vertical.consent_words if any(policy.text_required for policy in policies) else (),
        names=(*brands, *vertical.buyer_types),
        age_h_max=int(min(policy.age_s_max for policy in policies) // 3600),
        pages=tuple(sorted({page for policy in policies for page in policy.landing_domains})),
    )


def _words(seller: Seller, vertical: Vertical, name: str) -> tuple[tuple[str, str], ...]:
    """The seller's values with ours; of those for the vertical only what names this one."""
    words = seller.value_maps.get(name, {})
    if name != "vertical":
        return tuple(words.items())
    ours = (alike(vertical.name), alike(vertical.title))
    return tuple([(sent, meant) for sent, meant in words.items() if alike(meant) in ours])


def _needs(
    catalogue: Catalogue,
    seller: Seller,
    vertical: Vertical,
    campaigns: tuple[Campaign, ...],
    lead: Mapping[str, Value],
    route: Literal["ping", "post"],
) -> tuple[dict[str, Need], dict[str, tuple[str, ...]]]:
    """Each field's need at an endpoint, and with which others it is exchangeable."""
    full_lead = {**lead, "ping_id": _ID}
    needs = _read_at(seller, vertical, route)
    groups: dict[str, tuple[str, ...]] = {}

    def mark(asked: Asked, need: Need) -> None:
        for group in asked:
            for name in group:
                needs[name] = need if len(group) == 1 or need == "some campaigns" else "one of"
                if len(group) > 1:
                    groups[name] = tuple(other for other in group if other != name)

    by_reader = _asked(partial(_unreadable, catalogue, seller, vertical, route), {}, full_lead)
    proofs = {"trustedform_cert_url", "trustedform_ping_url", "leadid_token", "tcpa_text"}
    bare = {name: value for name, value in full_lead.items() if name not in proofs}
    by_campaign = [
        set(_asked(partial(_unproven, catalogue, seller, vertical, each, route), bare, full_lead)) for each in campaigns
    ]
    everywhere = set.intersection(*by_campaign) if by_campaign else set()
    mark(tuple(sorted(set().union(*by_campaign) - everywhere)), "some campaigns")
    mark((*by_reader, *sorted(everywhere)), "required")
    return needs, groups


def _read_at(seller: Seller, vertical: Vertical, route: Route) -> dict[str, Need]:
    """What is read at an endpoint at all, and what is dropped there."""
    slots = layout_of(seller, vertical, route).slots
    needs: dict[str, Need] = {"vertical": "optional"}
    for slot in slots.values():
        if slot.part != "unsettled":
            needs[slot.name] = "never" if route == "ping" and slot.part == "contact" else "optional"
    return needs | ({"bid_id": "optional"} if route == "post" else {})


def _asked(
    refuse: Callable[[Mapping[str, Value]], Refusal | None], fields: Mapping[str, Value], full_lead: Mapping[str, Value]
) -> Asked:
    """What a check asks for, by giving it one thing after another until it asks for nothing that is missing."""
    groups: list[tuple[str, ...]] = []
    refusal = refuse(fields)
    while refusal is not None and refusal.code in ("missing_field", "consent_missing"):
        group = tuple(refusal.detail.split(" or "))
        if group[0] in fields:
            break
        spares = [name for name, value in _SPARES.items() if refuse({**fields, name: value}) != refusal]
        groups.append((*group, *spares))
        fields = {**fields, group[0]: full_lead[group[0]]}
        refusal = refuse(fields)
    return tuple(groups)


def _unreadable(
    catalogue: Catalogue, seller: Seller, vertical: Vertical, route: Route, fields: Mapping[str, Value]
) -> Refusal | None:
    value = _read(catalogue, seller, vertical, route, fields)
    return value if isinstance(value, Refusal) else None


def _unproven(
    catalogue: Catalogue,
    seller: Seller,
    vertical: Vertical,
    campaign: Campaign,
    route: Route,
    fields: Mapping[str, Value],
) -> Refusal | None:
    value = _read(catalogue, seller, vertical, route, fields)
    if isinstance(value, Ping):
        return consent.refuse_ping(campaign.consent, value, float(NOW))
    if isinstance(value, Post):
        return consent.refuse_post(campaign.consent, value, float(NOW), vertical_words=vertical.consent_words)
    return value


def _read(
    catalogue: Catalogue, seller: Seller, vertical: Vertical, route: Route, fields: Mapping[str, Value]
) -> Ping | Post | Refusal:
    if route == "ping":
        return generic.read_ping(fields, seller, catalogue.verticals, lambda _algorithm, hashed: hashed[:16]).value
    return generic.read_post(fields, seller, catalogue.verticals, vertical).value
