"""The reasons for refusals: one stable code each, in the order in which they are judged."""

from typing import Literal

import msgspec

from app.wire.post import PostStatus

Disclosure = Literal["full", "class", "opaque"]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the published table. `nbr` is OpenRTB's no-bid number, `None` where only a post can meet it.

    `kind` is all that a seller with disclosure `class` gets. `asked` reasons speak of the request itself and are
    told to everybody. `kept` ones are final for a post and stored as its answer. `told_as` is the code that sellers
    hear in the place of one that would tell them who is on which list.
    """

    code: str
    nbr: int | None
    kind: str
    text: str
    asked: bool = False
    kept: bool = False
    told_as: str = ""


class Refusal(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A no with its code and what it names: a field, a window, the next opening. Never a value of the seller's."""

    code: str
    detail: str = ""


_TABLE = (
    Reason(code="auth_failed", nbr=7, kind="request", asked=True, text="the seller's key is missing or not known"),
    Reason(code="rate_limited", nbr=511, kind="request", asked=True, text="too many pings, slow down{: }"),
    Reason(code="load_shed", nbr=511, kind="request", asked=True, text="too busy to answer in time, try the next lead"),
    Reason(code="invalid_field", nbr=2, kind="request", asked=True, text="a field cannot be read{: }"),
    Reason(code="missing_field", nbr=2, kind="request", asked=True, text="a required field is missing{: }"),
    Reason(code="unsupported_vertical", nbr=509, kind="policy", text="we do not buy this vertical{, but }"),
    Reason(code="paused", nbr=507, kind="capacity", text="buying is paused{: }"),
    Reason(code="outside_territory", nbr=502, kind="policy", text="outside our territory"),
    Reason(code="closed_hours", nbr=501, kind="capacity", text="outside our hours{, next opening }"),
    Reason(code="filtered", nbr=505, kind="policy", text="a rule of the campaign excludes this lead{: }"),
    Reason(code="consent_missing", nbr=508, kind="consent", kept=True, text="proof of consent is missing{: }"),
    Reason(code="consent_invalid", nbr=508, kind="consent", kept=True, text="proof of consent cannot be used{: }"),
    Reason(code="consent_expired", nbr=508, kind="consent", kept=True, text="the consent is too old{: }"),
    Reason(
        code="suspected_fraud", nbr=4, kind="consent", kept=True, text="this lead does not look like a consumer's own"
    ),
    Reason(code="duplicate", nbr=506, kind="policy", kept=True, text="we have this person already"),
    Reason(code="cap_reached", nbr=503, kind="capacity", kept=True, text="cap reached{: }"),
    Reason(code="budget_exhausted", nbr=504, kind="capacity", kept=True, text="budget exhausted{: }"),
    Reason(code="model_unavailable", nbr=512, kind="price", text="this lead cannot be priced now"),
    Reason(code="low_value", nbr=505, kind="price", text="no price would pay for this lead"),
    Reason(code="below_floor", nbr=510, kind="price", text="min_price is above what this lead is worth to us"),
    Reason(code="deadline", nbr=15, kind="request", asked=True, text="the answer would have come after deadline_ms"),
    Reason(code="ping_expired", nbr=None, kind="request", asked=True, text="the bid has expired, ping again"),
    Reason(code="ping_unknown", nbr=None, kind="request", asked=True, text="this ping_id is none of ours, ping again"),
    Reason(code="ping_used", nbr=None, kind="request", asked=True, text="this bid has been used for another person"),
    Reason(
        code="ping_mismatch",
        nbr=None,
        kind="request",
        asked=True,
        kept=True,
        text="the lead differs from its ping{: }",
    ),
    Reason(
        code="certificate_mismatch",
        nbr=508,
        kind="consent",
        kept=True,
        text="the certificate is not the one of the ping",
    ),
    Reason(
        code="certificate_reused",
        nbr=508,
        kind="consent",
        kept=True,
        text="the certificate belongs to another lead",
    ),
    Reason(code="invalid_contact", nbr=4, kind="contact", kept=True, text="the contact is not plausible{: }"),
    Reason(code="suppressed", nbr=4, kind="contact", kept=True, text="we may not contact this person"),
    # Who is on which list is for nobody to find out by posting: journal, metrics and `explain` alone say so.
    Reason(
        code="litigator",
        nbr=4,
        kind="contact",
        kept=True,
        text="we may not contact this person",
        told_as="suppressed",
    ),
    Reason(
        code="brand_not_disclosed",
        nbr=508,
        kind="consent",
        kept=True,
        text="the consent text names neither this buyer nor its type{: }",
    ),
    Reason(
        code="unverified",
        nbr=508,
        kind="request",
        asked=True,
        text="a required check could not be completed, try again{: }",
    ),
    Reason(code="internal", nbr=1, kind="request", asked=True, text="we could not answer, try again"),
)

REASONS = {reason.code: reason for reason in _TABLE}
RANK = {reason.code: rank for rank, reason in enumerate(_TABLE)}
"""How far down the table a code stands: the campaign that got furthest gives the reason."""

PING_TEST_ZIPS = {
    "00005": "rate_limited",
    "00006": "internal",
    "00011": "unsupported_vertical",
    "00012": "paused",
    "00013": "outside_territory",
    "00014": "closed_hours",
    "00015": "filtered",
    "00016": "consent_missing",
    "00017": "consent_invalid",
    "00018": "consent_expired",
    "00019": "duplicate",
    "00020": "cap_reached",
    "00021": "budget_exhausted",
    "00022": "model_unavailable",
    "00023": "low_value",
    "00024": "below_floor",
    "00025": "deadline",
    "00026": "certificate_reused",
    "00027": "suppressed",
    "00028": "load_shed",
    "00029": "suspected_fraud",
    "00030": "unverified",
}

POST_TEST_ZIPS = {
    "00031": "consent_missing",
    "00032": "consent_invalid",
    "00033": "consent_expired",
    "00034": "duplicate",
    "00035": "cap_reached",
    "00036": "budget_exhausted",
    "00037": "ping_expired",
    "00038": "ping_unknown",
    "00039": "ping_used",
    "00040": "ping_mismatch",
    "00041": "certificate_mismatch",
    "00042": "certificate_reused",
    "00043": "invalid_contact",
    "00044": "suppressed",
    "00045": "brand_not_disclosed",
    "00046": "internal",
    "00048": "suspected_fraud",
    "00049": "unverified",
}
"""Why a test with this ZIP code has its ping or its post refused: sellers write these into their own tests."""

NO_BID = Reason(code="no_bid", nbr=0, kind="no bid", text="no bid")
"""What a seller with disclosure `opaque` gets, whatever the reason."""

_POSTED: dict[str, PostStatus] = {
    "ping_expired": "reping",
    "ping_unknown": "reping",
    "duplicate": "duplicate",
    "internal": "error",
}

ACCEPT_WORDS = ("accepted", "success", "matched", "approved", "true")
"""Crude parsers take a body that contains one of these for a sale: a refusal contains none, nor the word "ok"."""


def sentence(refusal: Refusal) -> str:
    """The reason as a seller reads it, with its detail where it has one."""
    if refusal.code == "invalid_field" and refusal.detail and ":" not in refusal.detail:
        # Each field can be read, and yet they cannot be true together.
        return refusal.detail
    text = REASONS[refusal.code].text
    head, brace, rest = text.partition("{")
    joint, _, tail = rest.partition("}")
    if not brace:
        return text
    return f"{head}{joint}{refusal.detail}{tail}" if refusal.detail else head + tail


def disclosed(refusal: Refusal, disclosure: Disclosure) -> tuple[str, str]:
    """(code, sentence) for this seller, reduced to the class or to "no bid" by its disclosure."""
    reason = REASONS[refusal.code]
    if disclosure == "full" or reason.asked:
        return reason.told_as or reason.code, sentence(refusal)
    if disclosure == "class":
        return reason.kind, f"refused for {reason.kind}"
    return NO_BID.code, NO_BID.text


def status_of(code: str) -> PostStatus:
    """The status of a post refused for this reason."""
    return _POSTED.get(code, "rejected")
