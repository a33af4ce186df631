"""Judges one post against its bid: an earlier answer, the one reason to refuse it, or nothing against it."""

import msgspec

from app.domain.buyer import Buyer
from app.domain.campaign import Campaign
from app.domain.checks.verdict import Consultation, Unsettled, failures, unsettled
from app.domain.consent import consent
from app.domain.duplicate import is_duplicate
from app.domain.identity import Person
from app.domain.onboarding.test_values import forced_refusal
from app.domain.post import contact
from app.domain.post.sale import KeptAnswer, PostFacts
from app.domain.reasons import Refusal
from app.domain.territory import ZipStates
from app.domain.token import BidToken
from app.domain.vertical import Vertical
from app.wire.post import Post

_ORDER = (
    "consent_missing",
    "consent_invalid",
    "consent_expired",
    "brand_not_disclosed",
    "certificate_mismatch",
    "certificate_reused",
    "suspected_fraud",
    "invalid_contact",
    "suppressed",
    "litigator",
    "duplicate",
)
"""In which reasons against a live bid's post are judged; one that only a check gives comes after them."""


class PostCase(msgspec.Struct, frozen=True, kw_only=True):
    """A post with all that is known of it. `same_terms` and `same_certificate` say whether it repeats its ping.

    `moved_s` is by how much the clock was put forward, or back, since its bid was made.
    `differing` names the fields in which it does not, empty where that is not known any more. `consultations` are what
    providers said of it.
    """

    post: Post
    bid: BidToken
    campaign: Campaign
    vertical: Vertical
    buyer: Buyer
    person: Person
    same_terms: bool
    same_certificate: bool
    facts: PostFacts
    moved_s: int = 0
    zip_states: ZipStates
    differing: tuple[str, ...] = ()
    consultations: tuple[Consultation, ...] = ()


def judge(case: PostCase, now: float) -> KeptAnswer | Refusal | Unsettled | None:
    """The answer kept for this person, the first reason against the post in the documented order, or `None`.

    A live bid is a promise: schedule, pause, filters, model and price are not looked at again. A check that stayed
    unknown counts only where nothing speaks against the post, since that is final.
    """
    earlier = case.facts.kept
    is_live = now < case.bid.expires_at + case.moved_s
    # A refused contact may be corrected while its bid lives: the new phone often comes with the same email.
    is_correction = earlier is not None and earlier.code == "invalid_contact"
    if earlier is not None and earlier.person.same_as(case.person) and not (is_correction and is_live):
        return earlier
    if earlier is not None and not is_correction:
        return Refusal("ping_used")
    if not is_live:
        return Refusal("ping_expired")
    if case.post.test and not case.bid.test:
        return Refusal("ping_mismatch", "test")
    if not case.same_terms:
        return Refusal("ping_mismatch", ", ".join(case.differing))
    rehearsed = forced_refusal(case.post.zip, case.bid.price_cents) if case.bid.test else None
    if rehearsed is not None:
        return rehearsed
    refusal = _lacks_consent(case, now) or _cannot_be_contacted(case, now)
    if not case.consultations:
        return refusal
    refusals = [refusal] if refusal is not None else []
    refusals += failures(case.consultations)
    return min(refusals, key=_place, default=None) or unsettled(case.consultations)


def _place(refusal: Refusal) -> int:
    return _ORDER.index(refusal.code) if refusal.code in _ORDER else len(_ORDER)


def _lacks_consent(case: PostCase, now: float) -> Refusal | None:
    post, policy, vertical = case.post, case.campaign.consent, case.vertical
    lacking = consent.refuse_post(policy, post, now, vertical_words=vertical.consent_words)
    if lacking is not None:
        return lacking
    if policy.text_required and not consent.holds_one(post.tcpa_text, _names(case)):
        return Refusal("brand_not_disclosed")
    if not case.same_certificate:
        return Refusal("certificate_mismatch")
    if any(not holder.same_as(case.person) for holder in case.facts.certificate_holders):
        return Refusal("certificate_reused")
    return None


def _cannot_be_contacted(case: PostCase, now: float) -> Refusal | None:
    facts, campaign, post = case.facts, case.campaign, case.post
    implausible = contact.implausible(post.contact, post.state, post.zip, case.zip_states)
    if implausible is not None:
        return implausible
    if facts.suppressed:
        return Refusal("suppressed")
    since = now - campaign.duplicate_s
    if is_duplicate(facts.sightings, campaign.duplicate_scope, campaign.name, campaign.vertical, since):
        return Refusal("duplicate")
    return None


def _names(case: PostCase) -> tuple[str, ...]:
    """What a consent text may name: the brand that buys, the buyer, or its type."""
    buyer = case.buyer
    return (case.campaign.brand, *buyer.brands, buyer.legal_name, *case.vertical.buyer_types)
