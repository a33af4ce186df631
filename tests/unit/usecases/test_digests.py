"""The keyed names under which ping and post are held together."""

from typing import Any

import pytest

from app.domain.token import NO_CERTIFICATE
from app.usecases.digests import certificate_digests, lead_terms, ping_certificate, ping_nonce
from tests.build import CERTIFICATE_URL, LEADID, keys, ping, post, vertical

KEYS = keys()
LOCKED = vertical().locked
NAMELESS: dict[str, Any] = {"seller_lead_id": "", "trustedform_cert_url": ""}
PHONE, EMAIL = "01" * 8, "02" * 8


def test_one_lead_of_one_seller_has_one_nonce() -> None:
    assert ping_nonce(KEYS, "acme", ping()) == ping_nonce(KEYS, "acme", ping(min_price_cents=900, sub_id="x"))


def test_a_lead_is_named_by_the_best_name_it_has() -> None:
    named = [
        ping(),
        ping(seller_lead_id=""),
        ping(**NAMELESS, phone_digest=PHONE, email_digest=EMAIL),
        ping(**NAMELESS, email_digest=EMAIL),
    ]
    nonces = [ping_nonce(KEYS, "acme", lead) for lead in named]
    assert None not in nonces
    assert len(set(nonces)) == 4
    assert ping_nonce(KEYS, "acme", ping(phone_digest=PHONE)) == nonces[0]


@pytest.mark.parametrize("sent", ["", "will_send_on_post", "https://cert.trustedform.com.evil.example/" + "a" * 40])
def test_a_lead_that_names_nothing_has_no_nonce(sent: str) -> None:
    assert ping_nonce(KEYS, "acme", ping(seller_lead_id="", trustedform_cert_url=sent)) is None


def test_another_seller_test_or_lead_has_another_nonce() -> None:
    nonces = {
        ping_nonce(KEYS, "acme", ping()),
        ping_nonce(KEYS, "other", ping()),
        ping_nonce(KEYS, "acme", ping(test=True)),
        ping_nonce(KEYS, "acme", ping(seller_lead_id="lead-2")),
    }
    assert len(nonces) == 4


def test_a_post_that_repeats_its_ping_has_the_same_terms() -> None:
    of_ping = lead_terms(KEYS, "acme", "solar", ping(), LOCKED)
    assert lead_terms(KEYS, "acme", "solar", post(fields={**post().fields, "utility": "told later"}), LOCKED) == of_ping


@pytest.mark.parametrize(
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
    of_ping = lead_terms(KEYS, "acme", "solar", ping(), LOCKED)
    assert lead_terms(KEYS, "acme", "solar", post(**changed), LOCKED) != of_ping


def test_terms_belong_to_seller_and_vertical() -> None:
    terms = {lead_terms(KEYS, who, what, ping(), LOCKED) for who in ("acme", "other") for what in ("solar", "roofing")}
    assert len(terms) == 4


def test_a_token_holds_the_first_certificate_of_its_ping() -> None:
    both = ping(leadid_token=LEADID)
    assert [len(digest) for digest in certificate_digests(KEYS, both)] == [16, 16]
    assert ping_certificate(KEYS, both) == certificate_digests(KEYS, post())[0][:6]
    assert (
        ping_certificate(KEYS, ping(trustedform_cert_url="", leadid_token=LEADID))
        == certificate_digests(KEYS, both)[1][:6]
    )


def test_one_certificate_has_one_digest_however_it_is_written() -> None:
    loud = post(trustedform_cert_url=CERTIFICATE_URL.upper().replace("HTTPS", "http") + "/")
    assert certificate_digests(KEYS, loud) == certificate_digests(KEYS, post())


@pytest.mark.parametrize("sent", ["", "NA", "https://ping.trustedform.com/0.a.b.c"])
def test_what_a_post_cannot_repeat_is_no_certificate(sent: str) -> None:
    assert ping_certificate(KEYS, ping(trustedform_cert_url=sent)) == NO_CERTIFICATE
