"""The proof of consent that a campaign requires, and whether a ping or post has it in a usable form."""

import re
from functools import lru_cache
from math import ceil
from typing import Literal
from unicodedata import normalize
from urllib.parse import urlsplit

import msgspec

from app.domain.consent.certificate import is_forged, is_placeholder, read_leadid, read_trustedform
from app.domain.reasons import Refusal
from app.wire.ping import Ping
from app.wire.post import Post

CLOCK_SKEW_S = 300.0
"""How far in the future a seller's clock may stand before its times are not believed."""

CLOCK_WARNED_S = 60.0
"""How far it may stand there before the seller hears of it."""

_NOT_WORD = re.compile(r"[\W_]+")
_TRADE_MARKS = str.maketrans("™℠", "  ")
"""Signs that become letters of the word before them where text is made comparable."""


class ConsentPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`certificate` says which proof is demanded, `at_ping` whether the ping must show it already.

    `age_s_max` bounds the time since consent. Empty `landing_domains` admit every page.
    """

    certificate: Literal["any", "trustedform", "leadid", "none"] = "any"
    at_ping: bool = False
    age_s_max: float = 72 * 3600.0
    landing_domains: frozenset[str] = frozenset()
    text_required: bool = True


def refuse_ping(policy: ConsentPolicy, ping: Ping, now: float) -> Refusal | None:
    """Why this ping's consent does not do, as far as a ping can tell."""
    if ping.tcpa_consent is False:
        return Refusal("consent_missing", "tcpa_consent")
    sent = ping.trustedform_cert_url or ping.trustedform_ping_url
    if policy.at_ping:
        missing = _missing(policy, sent, ping.leadid_token)
        if missing:
            return Refusal("consent_missing", missing)
    malformed = _malformed(policy, sent, ping.leadid_token)
    if malformed:
        return Refusal("consent_invalid", malformed)
    return _implausible(policy, ping.landing_page, "created_at", ping.created_at, now)


def refuse_post(
    policy: ConsentPolicy,
    post: Post,
    now: float,
    *,
    vertical_words: tuple[str, ...],
) -> Refusal | None:
    """Why this post's consent does not do; its text must hold one of the vertical's words."""
    if post.tcpa_consent is False:
        return Refusal("consent_missing", "tcpa_consent")
    missing = _missing(policy, post.trustedform_cert_url, post.leadid_token)
    if missing:
        return Refusal("consent_missing", missing)
    if policy.text_required and not post.tcpa_text:
        return Refusal("consent_missing", "tcpa_text")
    malformed = _malformed(policy, post.trustedform_cert_url, post.leadid_token)
    if malformed:
        return Refusal("consent_invalid", malformed)
    named = "consent_at" if post.consent_at is not None else "created_at"
    at = post.consent_at if post.consent_at is not None else post.created_at
    refusal = _implausible(policy, post.landing_page, named, at, now)
    if refusal:
        return refusal
    if not policy.text_required:
        return None
    if not holds_one(post.tcpa_text, vertical_words):
        return Refusal("consent_invalid", "tcpa_text does not cover this vertical")
    return None


def _missing(policy: ConsentPolicy, trustedform: str, leadid: str) -> str:
    """The field that is demanded and absent; a promise ("will_send_on_post") counts as absent."""
    if policy.certificate == "trustedform":
        return "trustedform_cert_url" if is_placeholder(trustedform) else ""
    if policy.certificate == "leadid":
        return "leadid_token" if is_placeholder(leadid) else ""
    if policy.certificate == "any":
        return "trustedform_cert_url or leadid_token" if is_placeholder(trustedform) and is_placeholder(leadid) else ""
    return ""


def _malformed(policy: ConsentPolicy, trustedform: str, leadid: str) -> str:
    """The certificate field that the policy reads, is there and cannot be one.

    Where any proof will do a good one makes up for another that is broken, but not for one that is forged.
    """
    wanted = policy.certificate
    if wanted == "none":
        return ""
    has_trustedform = read_trustedform(trustedform) is not None
    if has_trustedform and wanted != "leadid":
        return ""
    has_leadid = read_leadid(leadid) is not None
    if not has_trustedform and is_forged(trustedform):
        return "trustedform_cert_url"
    if wanted == "any" and (has_trustedform or has_leadid):
        return ""
    if wanted != "leadid" and not has_trustedform and not is_placeholder(trustedform):
        return "trustedform_cert_url"
    return "leadid_token" if wanted != "trustedform" and not has_leadid and not is_placeholder(leadid) else ""


def _implausible(policy: ConsentPolicy, page: str, named: str, at: float | None, now: float) -> Refusal | None:
    """Why the page or the time of consent is not acceptable; `named` is the field with the time."""
    if page and policy.landing_domains and not _on_domain(page, policy.landing_domains):
        return Refusal("consent_invalid", "landing_page is on no listed domain")
    if at is None:
        return None
    if at > now + CLOCK_SKEW_S:
        return Refusal("consent_invalid", f"{named} lies {_ahead(at, now)} in the future")
    return Refusal("consent_expired", named) if now - at > policy.age_s_max else None


def clock_warnings(lead: Ping | Post, now: float) -> tuple[str, ...]:
    """That the clock which wrote a lead's time of consent is fast, and by how much."""
    times = {"created_at": lead.created_at, "consent_at": lead.consent_at if isinstance(lead, Post) else None}
    return tuple(
        f"{named}: {_ahead(at, now)} ahead of our clock; set yours, or leads will be refused"
        for named, at in times.items()
        if at is not None and at > now + CLOCK_WARNED_S
    )


def _ahead(at: float, now: float) -> str:
    """A span as people say it, rounded up."""
    seconds = ceil(at - now)
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}s"
    return f"{seconds} seconds"


def host_of(page: str) -> str:
    """The host of a page's address, with or without a scheme; empty where it names none."""
    try:
        return (urlsplit(page if "//" in page else f"//{page}").hostname or "").lower()
    except ValueError:
        return ""


def _on_domain(page: str, domains: frozenset[str]) -> bool:
    labels = host_of(page).split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))


# A page shows everybody the same text, and phrases are few.
@lru_cache(maxsize=128)
def holds_one(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether a consent text holds one of these phrases as whole words, whatever its case and punctuation."""
    padded = f" {_plain(text)} "
    wanted = [_plain(phrase) for phrase in phrases]
    return any(f" {phrase} " in padded for phrase in wanted if phrase)


@lru_cache(maxsize=128)
def _plain(text: str) -> str:
    return _NOT_WORD.sub(" ", normalize("NFKC", text.translate(_TRADE_MARKS)).casefold()).strip()
