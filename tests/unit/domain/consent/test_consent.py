"""What proof of consent a campaign demands of a ping and of a post."""

from typing import Any, Literal

from app.domain.consent.consent import (
    CLOCK_SKEW_S,
    ConsentPolicy,
    clock_warnings,
    holds_one,
    refuse_ping,
    refuse_post,
)
from app.domain.reasons import Refusal
from tests.build import CERTIFICATE_URL, CONSENT_TEXT, LEADID, NOW, ping, post
from tests.table import each_row

Demand = Literal["any", "trustedform", "leadid", "none"]

POLICY = ConsentPolicy()
TRUSTEDFORM = ConsentPolicy(certificate="trustedform")
AT_PING = ConsentPolicy(at_ping=True)
HOUR = 3_600.0
BROKEN = CERTIFICATE_URL[:-1]
LOOK_ALIKE = "https://cert.trustedform.com.evil.example/" + "a" * 40
PING_URL = "https://ping.trustedform.com/0.a.b.c"
BARE = {"trustedform_cert_url": ""}


def post_refusal(
    policy: ConsentPolicy = POLICY, words: tuple[str, ...] = ("solar",), **overrides: Any
) -> Refusal | None:
    return refuse_post(policy, post(**overrides), NOW, vertical_words=words)


@each_row(
    ("policy", "overrides", "refusal"),
    [
        (POLICY, {}, None),
        (POLICY, BARE, None),
        (POLICY, {"tcpa_consent": True}, None),
        (POLICY, {"tcpa_consent": False}, Refusal("consent_missing", "tcpa_consent")),
        (AT_PING, {}, None),
        (AT_PING, BARE, Refusal("consent_missing", "trustedform_cert_url or leadid_token")),
        (AT_PING, {"trustedform_cert_url": "N/A"}, Refusal("consent_missing", "trustedform_cert_url or leadid_token")),
        (AT_PING, {**BARE, "trustedform_ping_url": PING_URL}, None),
        (AT_PING, {**BARE, "leadid_token": LEADID}, None),
        (POLICY, {"trustedform_cert_url": LOOK_ALIKE}, Refusal("consent_invalid", "trustedform_cert_url")),
        (POLICY, {"trustedform_cert_url": "will_send_on_post"}, None),
        (POLICY, {"leadid_token": "nonsense"}, None),
        (POLICY, {**BARE, "leadid_token": "nonsense"}, Refusal("consent_invalid", "leadid_token")),
        (POLICY, {"trustedform_cert_url": BROKEN, "leadid_token": LEADID}, None),
        (
            POLICY,
            {"trustedform_cert_url": LOOK_ALIKE, "leadid_token": LEADID},
            Refusal("consent_invalid", "trustedform_cert_url"),
        ),
        (
            POLICY,
            {"trustedform_cert_url": LOOK_ALIKE, "leadid_token": "nonsense"},
            Refusal("consent_invalid", "trustedform_cert_url"),
        ),
        (TRUSTEDFORM, {"leadid_token": "nonsense"}, None),
        (
            TRUSTEDFORM,
            {"trustedform_cert_url": LOOK_ALIKE, "leadid_token": LEADID},
            Refusal("consent_invalid", "trustedform_cert_url"),
        ),
        (ConsentPolicy(certificate="leadid"), {"trustedform_cert_url": BROKEN, "leadid_token": LEADID}, None),
        (ConsentPolicy(certificate="none"), {"trustedform_cert_url": LOOK_ALIKE, "leadid_token": "nonsense"}, None),
        (POLICY, {"created_at": None}, None),
        (POLICY, {"created_at": NOW - 72 * HOUR}, None),
        (POLICY, {"created_at": NOW - 72 * HOUR - 1}, Refusal("consent_expired", "created_at")),
        (POLICY, {"created_at": NOW + CLOCK_SKEW_S}, None),
        (
            POLICY,
            {"created_at": NOW + CLOCK_SKEW_S + 1},
            Refusal("consent_invalid", "created_at lies 5 minutes in the future"),
        ),
    ],
)
def test_a_ping_shows_as_much_consent_as_the_policy_demands(
    policy: ConsentPolicy, overrides: dict[str, Any], refusal: Refusal | None
) -> None:
    assert refuse_ping(policy, ping(**overrides), NOW) == refusal


@each_row(
    ("demanded", "trustedform", "leadid", "missing"),
    [
        ("trustedform", CERTIFICATE_URL, "", None),
        ("trustedform", "", LEADID, "trustedform_cert_url"),
        ("leadid", "", LEADID, None),
        ("leadid", CERTIFICATE_URL, "", "leadid_token"),
        ("any", CERTIFICATE_URL, "", None),
        ("any", "", LEADID, None),
        ("any", "none", "0", "trustedform_cert_url or leadid_token"),
        ("any", "", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "trustedform_cert_url or leadid_token"),
        ("any", CERTIFICATE_URL, "nonsense", None),
        ("none", "", "", None),
    ],
)
def test_a_post_carries_the_certificate_that_is_demanded(
    demanded: Demand, trustedform: str, leadid: str, missing: str | None
) -> None:
    policy = ConsentPolicy(certificate=demanded)
    refusal = post_refusal(policy, trustedform_cert_url=trustedform, leadid_token=leadid)
    assert refusal == (Refusal("consent_missing", missing) if missing else None)


@each_row(
    ("overrides", "refusal"),
    [
        ({"tcpa_consent": False}, Refusal("consent_missing", "tcpa_consent")),
        ({"tcpa_text": ""}, Refusal("consent_missing", "tcpa_text")),
        ({"trustedform_cert_url": LOOK_ALIKE}, Refusal("consent_invalid", "trustedform_cert_url")),
        ({"trustedform_cert_url": PING_URL.replace("0.", "")}, Refusal("consent_invalid", "trustedform_cert_url")),
        ({"consent_at": NOW - 80 * HOUR}, Refusal("consent_expired", "consent_at")),
        ({"consent_at": NOW + HOUR}, Refusal("consent_invalid", "consent_at lies 60 minutes in the future")),
        ({"consent_at": None, "created_at": NOW - 80 * HOUR}, Refusal("consent_expired", "created_at")),
        (
            {"tcpa_text": "Call me about auto insurance"},
            Refusal("consent_invalid", "tcpa_text does not cover this vertical"),
        ),
    ],
)
def test_a_post_without_usable_consent_is_refused_by_the_field_at_fault(
    overrides: dict[str, Any], refusal: Refusal
) -> None:
    assert post_refusal(**overrides) == refusal


def test_a_complete_post_is_not_refused() -> None:
    assert post_refusal() is None


def test_where_no_text_is_demanded_none_is_read() -> None:
    assert post_refusal(ConsentPolicy(text_required=False), tcpa_text="", words=("mortgage",)) is None


@each_row(
    ("page", "known"),
    [
        ("https://quotes.example-solar.com/form?x=1", True),
        ("example-solar.com", True),
        ("HTTPS://EXAMPLE-SOLAR.COM:8443/", True),
        ("https://evilexample-solar.com/", False),
        ("https://example-solar.com.evil.example/", False),
        ("https://example-solar.com@evil.example/", False),
        ("https://evil.example/example-solar.com", False),
        ("https://[broken", False),
        ("", True),
    ],
)
def test_a_landing_page_lies_on_a_listed_domain_or_below_it(page: str, known: bool) -> None:
    policy = ConsentPolicy(landing_domains=frozenset({"example-solar.com"}))
    refusal = refuse_ping(policy, ping(landing_page=page), NOW)
    assert refusal == (None if known else Refusal("consent_invalid", "landing_page is on no listed domain"))


@each_row(
    ("text", "phrase", "found"),
    [
        (CONSENT_TEXT, "bright roofs", True),
        ("... from BRIGHT-ROOFS, and others", "Bright Roofs", True),
        ("call me, Smith’s Solar", "Smith's Solar", True),
        ("Bright Roofs™ may call", "Bright Roofs", True),
        ("Bright Roofs℠ may call", "Bright Roofs", True),
        ("Brightroofs", "Bright Roofs", False),
        ("brightly roofs", "bright", False),
        ("you and me", "Ñandú", False),
        ("Ñandú Solar", "ñandú", True),
        ("N\u0303andu\u0301 Solar", "Ñandú", True),
        ("日本 Solar", "日本", True),
        ("!!!", "", False),
        ("anything", "!!!", False),
    ],
)
def test_a_text_holds_a_phrase_as_whole_words_whatever_its_case_and_punctuation(
    text: str, phrase: str, found: bool
) -> None:
    assert holds_one(text, ("absent brand", phrase)) is found


@each_row(
    ("ahead_s", "said"),
    [(-HOUR, ""), (60.0, ""), (61.0, "61 seconds"), (119.5, "2 minutes"), (300.0, "5 minutes"), (7_200.0, "2 hours")],
)
def test_a_seller_hears_that_its_clock_is_fast_before_it_is_refused(ahead_s: float, said: str) -> None:
    told = (f"created_at: {said} ahead of our clock; set yours, or leads will be refused",) if said else ()
    assert clock_warnings(ping(created_at=NOW + ahead_s), NOW) == told
    assert clock_warnings(post(created_at=None, consent_at=NOW + ahead_s), NOW) == tuple(
        text.replace("created_at", "consent_at") for text in told
    )


def test_a_lead_without_a_time_tells_of_no_clock() -> None:
    assert clock_warnings(ping(created_at=None), NOW) == ()
