"""The keyed names under which ping and post are held together."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.auction.marks import Marks, certificate_digests, lead_terms, marks_of
from app.domain.consent.consent import ConsentPolicy, refuse_ping
from app.domain.token import NO_CERTIFICATE
from app.wire.ping import Ping
from tests.build import CERTIFICATE_URL, LEADID, NOW, keys, ping, post, vertical
from tests.table import each_row

KEYS = keys()
SOLAR = vertical()
NAMELESS: dict[str, Any] = {"seller_lead_id": "", "trustedform_cert_url": ""}
PHONE, EMAIL = "01" * 8, "02" * 8


def marks(lead: Ping | None = None, seller: str = "acme") -> Marks:
    return marks_of(KEYS, seller, lead or ping(), SOLAR)


def test_one_lead_of_one_seller_has_one_nonce() -> None:
    assert marks().nonce == marks(ping(min_price_cents=900, sub_id="x", zip="75201")).nonce


def test_a_lead_is_named_by_the_best_name_it_has() -> None:
    named = [
        ping(),
        ping(seller_lead_id=""),
        ping(**NAMELESS, phone_digest=PHONE, email_digest=EMAIL),
        ping(**NAMELESS, email_digest=EMAIL),
    ]
    nonces = [marks(lead).nonce for lead in named]
    assert None not in nonces
    assert len(set(nonces)) == 4
    assert marks(ping(phone_digest=PHONE)).nonce == nonces[0]
    assert marks(ping(seller_lead_id=PHONE)).nonce != nonces[2]


@each_row("sent", ["", "will_send_on_post", "https://cert.trustedform.com.evil.example/" + "a" * 40])
def test_a_lead_that_names_nothing_has_no_nonce(sent: str) -> None:
    assert marks(ping(seller_lead_id="", trustedform_cert_url=sent)).nonce is None


def test_another_seller_test_or_lead_has_another_nonce() -> None:
    nonces = {
        marks().nonce,
        marks(seller="other").nonce,
        marks(ping(test=True)).nonce,
        marks(ping(seller_lead_id="lead-2")).nonce,
    }
    assert len(nonces) == 4


def test_a_post_that_repeats_its_ping_has_the_same_terms() -> None:
    repeated = post(fields={**post().fields, "utility": "told later"})
    assert lead_terms(KEYS, "acme", "solar", repeated, SOLAR.locked) == marks().terms


@each_row(
    "changed",
    [
        {"zip": "75201"},
        {"state": "CA"},
        {"fields": {"roof": "flat", "monthly_bill": 180.0}},
        {"fields": {"roof": "tile", "monthly_bill": 181.0}},
        {"fields": {"roof": "tile"}},
    ],
)
def test_a_post_that_changes_its_terms_has_others(changed: dict[str, Any]) -> None:
    assert lead_terms(KEYS, "acme", "solar", post(**changed), SOLAR.locked) != marks().terms


def test_a_value_in_another_field_is_another_term() -> None:
    one, other = (lead_terms(KEYS, "acme", "solar", ping(fields={name: "x"}), ("a", "b")) for name in ("a", "b"))
    assert one != other


def test_terms_belong_to_seller_and_vertical() -> None:
    terms = {
        lead_terms(KEYS, who, what, ping(), SOLAR.locked) for who in ("acme", "other") for what in ("solar", "auto")
    }
    assert len(terms) == 4


def test_in_a_vertical_that_nobody_declares_only_the_place_is_locked() -> None:
    undeclared = marks_of(KEYS, "acme", ping(vertical="boats"), None)
    assert undeclared.terms == marks_of(KEYS, "acme", ping(vertical="boats", fields={}), None).terms
    assert undeclared.terms != marks_of(KEYS, "acme", ping(vertical="boats", zip="75201"), None).terms


def test_a_token_holds_the_first_certificate_of_its_ping() -> None:
    both = marks(ping(leadid_token=LEADID))
    assert [len(digest) for digest in both.certificates] == [16, 16]
    assert both.certificate == certificate_digests(KEYS, post())[0][:6]
    assert marks(ping(trustedform_cert_url="", leadid_token=LEADID)).certificate == both.certificates[1][:6]


def test_one_certificate_has_one_digest_however_it_is_written() -> None:
    loud = post(trustedform_cert_url=CERTIFICATE_URL.upper().replace("HTTPS", "http") + "/")
    assert certificate_digests(KEYS, loud) == certificate_digests(KEYS, post())


@each_row("sent", ["", "NA", "https://ping.trustedform.com/0.a.b.c"])
def test_what_a_post_cannot_repeat_is_no_certificate(sent: str) -> None:
    unproven = marks(ping(trustedform_cert_url=sent))
    assert unproven.certificates == ()
    assert unproven.certificate == NO_CERTIFICATE


def test_a_look_alike_is_no_certificate() -> None:
    look_alike = "https://cert.trustedform.com.evil.example/" + "0f" * 20
    mixed = marks(ping(trustedform_cert_url=look_alike, leadid_token=LEADID))
    assert mixed.certificates == marks(ping(trustedform_cert_url="", leadid_token=LEADID)).certificates
    assert len(mixed.certificates) == 1


PAGES = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda scheme, host, rest: f"{scheme}{host}{rest}",
        st.sampled_from(["", "https://", "HTTP://", "//", "ftp://user@", "https://a:b@"]),
        st.sampled_from(["solar.example", "WWW.Solar.Example", "evil.example", "solar.example:8080", "[::1]", ""]),
        st.sampled_from(["", "/", "/quote/maria-lopez", "\\@solar.example", "/@solar.example"]),
    ),
)
SENT = st.sampled_from(
    [
        "",
        "NA",
        "junk",
        CERTIFICATE_URL,
        "https://ping.trustedform.com/0.abc.def.ghi",
        LEADID,
        "https://cert.trustedform.com/",
    ]
)
POLICIES = [
    ConsentPolicy(certificate=kind, at_ping=at_ping, landing_domains=domains)
    for kind in ("any", "trustedform", "leadid", "none")
    for at_ping in (False, True)
    for domains in (frozenset(), frozenset({"solar.example"}))
]


@given(SENT, SENT, SENT, PAGES)
def test_what_is_journaled_is_decided_as_what_came(url: str, ping_url: str, token: str, page: str) -> None:
    came = ping(trustedform_cert_url=url, trustedform_ping_url=ping_url, leadid_token=token, landing_page=page)
    journaled = replace(came, **marks(came).stand_ins)
    for policy in POLICIES:
        assert refuse_ping(policy, journaled, NOW) == refuse_ping(policy, came, NOW)


def test_each_certificate_has_a_stand_in_of_its_own() -> None:
    both = marks(ping(leadid_token=LEADID))
    url, token = both.stand_ins["trustedform_cert_url"], both.stand_ins["leadid_token"]
    assert url.endswith(both.certificates[0].hex())
    assert token.replace("-", "") == both.certificates[1].hex()
    junk = marks(ping(trustedform_cert_url="junk", leadid_token=LEADID))
    assert junk.stand_ins == {"trustedform_cert_url": "malformed", "leadid_token": token}


def test_a_lead_that_is_numbered_by_its_certificate_has_a_digest_for_its_number() -> None:
    numbered = marks(ping(seller_lead_id=f"A-{CERTIFICATE_URL.rpartition('/')[2]}"))
    assert numbered.stand_ins["seller_lead_id"] == numbered.certificates[0].hex()
    assert "seller_lead_id" not in marks(ping()).stand_ins
