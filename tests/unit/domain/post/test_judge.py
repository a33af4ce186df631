"""One post against the bid it answers."""

from typing import Any

from msgspec.structs import replace

from app.domain.checks.verdict import CheckOutcome, CheckVerdict, Consultation, Unsettled
from app.domain.duplicate import Sighting
from app.domain.identity import Person, person
from app.domain.post.judge import PostCase, judge
from app.domain.post.sale import KeptAnswer, PostFacts
from app.domain.reasons import Refusal
from app.domain.token import NO_CERTIFICATE, BidToken, campaign_tag
from app.wire.post import PostAnswer
from tests.build import NOW, ZIP_STATES, buyer, campaign, contact, post, vertical
from tests.table import each_row

KEY = b"i" * 32
MARIA = person(KEY, "5124612234", "maria.lopez@gmail.com")
OTHER = person(KEY, "5124612235", "someone@gmail.com")
CORRECTED = person(KEY, "5124612236", "maria.lopez@gmail.com")


def case(*, whose: Person = MARIA, facts: PostFacts | None = None, **overrides: Any) -> PostCase:
    lead = {name: overrides.pop(name) for name in list(overrides) if name in post().__struct_fields__}
    whole = PostCase(
        post=post(**lead),
        bid=BidToken(
            expires_at=int(NOW) + 60,
            price_cents=1_250,
            campaign=campaign_tag("0" * 16, 0),
            leg="exclusive",
            test=False,
            nonce=b"n" * 8,
            terms=b"t" * 6,
            certificate=NO_CERTIFICATE,
        ),
        campaign=campaign(),
        vertical=vertical(),
        buyer=buyer(),
        person=whose,
        same_terms=True,
        same_certificate=True,
        facts=facts or PostFacts(),
        zip_states=ZIP_STATES,
    )
    return replace(whole, **overrides)


def kept(code: str = "", whose: Person = MARIA) -> PostFacts:
    answer = PostAnswer(status="rejected" if code else "accepted", ping_id="C" + "x" * 63, reason_code=code)
    return PostFacts(kept=KeptAnswer(seller="acme", nonce="6e", person=whose, answer=answer, kept_at=NOW, code=code))


def test_a_post_that_keeps_its_word_has_nothing_against_it() -> None:
    assert judge(case(), NOW) is None


@each_row("code", ["", "duplicate", "suppressed", "cap_reached"])
def test_the_same_person_gets_the_kept_answer_also_after_the_bid_expired(code: str) -> None:
    facts = kept(code)
    assert judge(case(facts=facts), NOW) is facts.kept
    assert judge(case(facts=facts, same_terms=False), NOW + 86_400) is facts.kept


@each_row("code", ["", "duplicate", "suppressed"])
def test_another_person_cannot_use_an_answered_bid(code: str) -> None:
    assert judge(case(facts=kept(code), whose=OTHER), NOW) == Refusal("ping_used")
    assert judge(case(facts=kept(code), whose=OTHER), NOW + 86_400) == Refusal("ping_used")


@each_row("whose", [MARIA, CORRECTED, OTHER], ids=["same", "new phone", "new phone and email"])
def test_a_corrected_contact_is_judged_anew_while_the_bid_lives(whose: Person) -> None:
    assert judge(case(facts=kept("invalid_contact"), whose=whose), NOW) is None


def test_a_contact_that_is_still_wrong_is_still_refused() -> None:
    again = case(facts=kept("invalid_contact"), contact=contact(phone="123"))
    assert judge(again, NOW) == Refusal("invalid_contact", "phone")


def test_after_the_bid_expired_a_refused_contact_gets_its_kept_answer_and_a_new_one_must_ping_again() -> None:
    facts = kept("invalid_contact")
    assert judge(case(facts=facts), NOW + 60) is facts.kept
    assert judge(case(facts=facts, whose=OTHER), NOW + 60) == Refusal("ping_expired")


def test_a_bid_is_a_promise_until_the_second_it_expires() -> None:
    assert judge(case(), NOW + 59.9) is None
    assert judge(case(), NOW + 60) == Refusal("ping_expired")


def test_a_live_bid_is_honoured_whatever_became_of_its_campaign() -> None:
    assert judge(case(campaign=campaign(paused=True, ceiling_cents=1, fallback_cents=None)), NOW) is None


@each_row(
    ("wrong", "refusal"),
    [
        ({"same_terms": False}, Refusal("ping_mismatch")),
        ({"tcpa_consent": False}, Refusal("consent_missing", "tcpa_consent")),
        ({"trustedform_cert_url": ""}, Refusal("consent_missing", "trustedform_cert_url or leadid_token")),
        ({"tcpa_text": "Bright Roofs may call"}, Refusal("consent_invalid", "tcpa_text does not cover this vertical")),
        ({"tcpa_text": "call me about solar"}, Refusal("brand_not_disclosed")),
        ({"same_certificate": False}, Refusal("certificate_mismatch")),
        ({"facts": PostFacts(certificate_holders=(OTHER,))}, Refusal("certificate_reused")),
        ({"facts": PostFacts(certificate_holders=(MARIA, OTHER))}, Refusal("certificate_reused")),
        ({"contact": contact(phone="212-555-0100")}, Refusal("invalid_contact", "phone")),
        ({"facts": PostFacts(suppressed=True)}, Refusal("suppressed")),
        ({"facts": PostFacts(sightings=(Sighting("x", "solar", NOW - 1),))}, Refusal("duplicate")),
    ],
)
def test_what_speaks_against_a_post_is_named(wrong: dict[str, Any], refusal: Refusal) -> None:
    assert judge(case(**wrong), NOW) == refusal


@each_row(
    "facts",
    [
        PostFacts(certificate_holders=(MARIA,)),
        PostFacts(sightings=(Sighting("x", "roofing", NOW - 1),)),
        PostFacts(sightings=(Sighting("x", "solar", NOW - 31 * 86_400),)),
    ],
)
def test_what_is_known_and_harmless_does_not_speak_against_it(facts: PostFacts) -> None:
    assert judge(case(facts=facts), NOW) is None


@each_row(
    "text",
    [
        "Bright Roofs may call me about solar",
        "BRIGHT ROOFS, LLC and partners may call about a roof",
        "solar companies may call me",
    ],
)
def test_the_consent_may_name_the_brand_the_buyer_or_its_type(text: str) -> None:
    assert judge(case(tcpa_text=text), NOW) is None


def test_reasons_are_judged_in_the_documented_order() -> None:
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"facts": PostFacts(sightings=(Sighting("x", "solar", NOW - 1),))}, "duplicate"),
        ({"facts": PostFacts(sightings=(Sighting("x", "solar", NOW - 1),), suppressed=True)}, "suppressed"),
        ({"contact": contact(phone="123")}, "invalid_contact"),
        ({"same_certificate": False}, "certificate_mismatch"),
        ({"tcpa_text": "call me about solar"}, "brand_not_disclosed"),
        ({"trustedform_cert_url": ""}, "consent_missing"),
        ({"same_terms": False}, "ping_mismatch"),
    ]
    so_far: dict[str, Any] = {}
    for wrong, code in wrongs:
        so_far |= wrong
        found = judge(case(**so_far), NOW)
        assert isinstance(found, Refusal)
        assert found.code == code


def verdict(outcome: CheckOutcome, code: str = "consent_invalid", on_unknown: Any = "refuse") -> Consultation:
    said = CheckVerdict(question=code, code=code, on_unknown=on_unknown, outcome=outcome, detail="asked")
    return Consultation(check="trustedform", verdicts=(said,))


def test_a_check_that_passed_or_may_stay_unknown_has_nothing_against_a_post() -> None:
    assert judge(case(consultations=(verdict("pass"), verdict("unknown", on_unknown="accept"))), NOW) is None


@each_row(
    ("code", "own", "first"),
    [
        ("consent_invalid", {}, "consent_invalid"),
        ("consent_invalid", {"facts": PostFacts(suppressed=True)}, "consent_invalid"),
        ("consent_invalid", {"trustedform_cert_url": ""}, "consent_missing"),
        ("suppressed", {"facts": PostFacts(sightings=(Sighting("x", "solar", NOW - 1),))}, "suppressed"),
        ("suppressed", {"contact": contact(phone="123")}, "invalid_contact"),
        ("filtered", {"facts": PostFacts(sightings=(Sighting("x", "solar", NOW - 1),))}, "duplicate"),
        ("filtered", {}, "filtered"),
    ],
)
def test_a_failed_check_refuses_in_the_place_of_its_code(code: str, own: dict[str, Any], first: str) -> None:
    refusal = judge(case(consultations=(verdict("pass"), verdict("fail", code)), **own), NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.code == first


def test_of_several_failed_checks_the_first_in_the_documented_order_refuses() -> None:
    failed = (verdict("fail", "suppressed"), verdict("fail", "invalid_contact"), verdict("fail", "consent_expired"))
    assert judge(case(consultations=failed), NOW) == Refusal("consent_expired", "asked")


def test_an_unknown_that_is_needed_refuses_only_where_nothing_else_does() -> None:
    unknown = (verdict("unknown"),)
    assert judge(case(consultations=unknown), NOW) == Unsettled(refusal=Refusal("unverified", "consent_invalid"))
    assert judge(case(consultations=unknown, facts=PostFacts(suppressed=True)), NOW) == Refusal("suppressed")


def test_an_answered_or_expired_bid_is_not_judged_by_checks() -> None:
    failed = (verdict("fail"),)
    facts = kept()
    assert judge(case(consultations=failed, facts=facts), NOW) is facts.kept
    assert judge(case(consultations=failed), NOW + 60) == Refusal("ping_expired")
