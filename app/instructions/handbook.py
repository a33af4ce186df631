"""A seller's posting instructions as one value, which pages, documents and collections only write out."""

import msgspec

from app.dialects.own_words import GENERIC
from app.dialects.written import Format
from app.domain.catalogue import Catalogue
from app.domain.seller import Mode, Seller, Statuses
from app.instructions.cards import SetupCard, cards_of
from app.instructions.exchange import SampleExchange
from app.instructions.samples import samples_of
from app.instructions.sheets import FieldSheet, sheet_of
from app.instructions.terms import (
    Fact,
    ForcedOutcome,
    KeyPlace,
    ReasonLine,
    RouteLine,
    facts_of,
    forced_outcomes,
    key_places,
    reason_lines,
    returns_of,
    routes_of,
)
from app.platforms.known import DIALECTS


class Handbook(msgspec.Struct, frozen=True, kw_only=True):
    """`version` names the configuration that it is of. Nothing in it is secret: a mark stands for the key."""

    version: str
    base_url: str
    buyer: str
    brands: tuple[str, ...]
    seller: str
    title: str
    mode: Mode
    paused: bool
    dialect: str
    platform: str
    form: str
    format: Format
    statuses: Statuses
    facts: tuple[Fact, ...]
    routes: tuple[RouteLine, ...]
    keys: tuple[KeyPlace, ...]
    sheets: tuple[FieldSheet, ...]
    samples: tuple[SampleExchange, ...]
    tests: tuple[ForcedOutcome, ...]
    reasons: tuple[ReasonLine, ...]
    returns: str
    return_reasons: tuple[tuple[str, str], ...]
    cards: tuple[SetupCard, ...]


def handbook_of(catalogue: Catalogue, seller: Seller, base_url: str) -> Handbook:
    """This seller's instructions for a service at `base_url`; the same arguments give the same value."""
    base_url = base_url.rstrip("/")
    dialect = DIALECTS[seller.dialect]
    bought = [each for each in catalogue.verticals.values() if each.name in catalogue.index.verticals]
    returns, return_reasons = returns_of(seller)
    return Handbook(
        version=catalogue.config_hash,
        base_url=base_url,
        buyer=catalogue.buyer.legal_name,
        brands=catalogue.buyer.brands,
        seller=seller.name,
        title=seller.title,
        mode=seller.mode,
        paused=seller.paused,
        dialect=dialect.name,
        platform=dialect.title,
        form=dialect.sends.form,
        format=seller.format if dialect is GENERIC else dialect.format,
        statuses=seller.statuses,
        facts=facts_of(catalogue, seller),
        routes=routes_of(seller),
        keys=key_places(seller),
        sheets=tuple(sheet_of(catalogue, seller, vertical) for vertical in bought),
        samples=samples_of(catalogue, seller),
        tests=forced_outcomes(seller),
        reasons=reason_lines(seller),
        returns=returns,
        return_reasons=return_reasons,
        cards=cards_of(catalogue, seller, base_url) if bought else (),
    )
