"""Proof of consent as it arrives over HTTP: wrapped, under other names, beside a broken one, old, or promised alone."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.contract.leads import Json, Seller
from tests.service import Service

TEXT = "By clicking Submit I agree that Lighthouse Quotes may call and text me about solar energy at my number."
NO_PROOF: Json = {"trustedform_cert_url": None, "leadid_token": None}
BROKEN = "not a certificate as its provider writes it; it does not count"


@pytest.fixture(scope="module")
def seller(http: httpx.Client, service: Service) -> Seller:
    return Seller(http, service)


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    "wrapped",
    [
        "https%3A%2F%2F{host}%2F{id}",
        "//{host}/{id}",
        '"https://{host}/{id}"',
        "<https://{host}/{id}>,",
        "https:\\/\\/{host}\\/{id}",
        "https://{host}:443/{id}/ping_url?x=1#y",
    ],
)
def test_a_wrapped_certificate_is_bid_on_and_delivered_as_its_provider_writes_it(seller: Seller, wrapped: str) -> None:
    who = seller.person()
    sent = wrapped.format(host="cert.trustedform.com", id=who.trustedform_cert_url.rpartition("/")[2])
    bid = seller.ping(who, {"trustedform_cert_url": sent})
    sold = seller.document(seller.post(who, bid["ping_id"], {"trustedform_cert_url": sent}))
    assert sold["consent"]["trustedform_cert_url"] == who.trustedform_cert_url


@pytest.mark.parametrize("wrapped", ["{{{}}}", "urn:uuid:{}", "&#123;{}&#125;", '"{}".'])
def test_a_wrapped_leadid_is_bid_on_and_delivered_without_what_wraps_it(seller: Seller, wrapped: str) -> None:
    who = seller.person()
    sent: Json = {"trustedform_cert_url": None, "leadid_token": wrapped.format(who.leadid_token)}
    if wrapped.startswith("{{"):
        sent["leadid_token"] = f"{{{who.leadid_token}}}"
    sold = seller.document(seller.post(who, seller.ping(who, sent)["ping_id"], sent))
    assert sold["consent"]["leadid_token"] == who.leadid_token


@pytest.mark.parametrize("nothing", ["{{xxTrustedFormCertUrl}}", "No TrustedForm", "pending", "N/A", "0", "[cert_url]"])
def test_a_certificate_that_is_only_promised_is_absent_at_the_ping_and_missing_at_the_post(
    seller: Seller, nothing: str
) -> None:
    promised = NO_PROOF | {"trustedform_cert_url": nothing}
    answer = seller.sold(promised, ping=promised)
    assert answer["reason_code"] == "consent_missing"


@pytest.mark.parametrize("second", ["{{leadid_token}}", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_one_good_proof_is_enough_and_a_broken_one_is_a_warning_and_not_delivered(seller: Seller, second: str) -> None:
    answer = seller.sold({"leadid_token": second})
    assert seller.document(answer)["consent"]["leadid_token"] == ""
    assert (f"leadid_token: {BROKEN}" in answer["warnings"]) is (second == "nonsense")


@pytest.mark.parametrize(
    "host",
    [
        "cert.trustedform.com.evil.example",
        "cert.trustedform.com@evil.example",
        "evil.example/cert.trustedform.com",
        "cert.trustedform.com:8443",
    ],
)
def test_a_look_alike_is_no_proof(seller: Seller, host: str) -> None:
    fake = NO_PROOF | {"trustedform_cert_url": f"https://{host}/" + "0a" * 20}
    assert seller.ping(seller.person(), fake)["reason"].endswith("trustedform_cert_url")
    assert seller.sold(fake, ping=NO_PROOF)["reason_code"] == "consent_invalid"
    beside_a_good_one = {"trustedform_cert_url": fake["trustedform_cert_url"]}
    assert seller.ping(seller.person(), beside_a_good_one)["reason_code"] == "consent_invalid"


@pytest.mark.parametrize(
    "name", ["trustedform_certificate_url", "cert_url", "TrustedFormURL", "tf_cert", "whatever", "proof.link"]
)
def test_a_certificate_is_known_by_its_value_under_any_name(seller: Seller, name: str) -> None:
    who = seller.person()
    sent = NO_PROOF | {name: who.trustedform_cert_url}
    sold = seller.document(seller.post(who, seller.ping(who, sent)["ping_id"], sent))
    assert sold["consent"]["trustedform_cert_url"] == who.trustedform_cert_url


def test_certificates_under_each_others_names_change_places(seller: Seller) -> None:
    who = seller.person()
    swapped: Json = {"trustedform_cert_url": who.leadid_token, "leadid_token": who.trustedform_cert_url}
    answer = seller.post(who, seller.ping(who)["ping_id"], swapped)
    consent = seller.document(answer)["consent"]
    assert (consent["trustedform_cert_url"], consent["leadid_token"]) == (who.trustedform_cert_url, who.leadid_token)
    assert answer["warnings"] == []


@pytest.mark.parametrize(
    "nobodys",
    [
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "11111111-2222-3333-4444-555555555555",
        "12345678-1234-1234-1234-123456789012",
        "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    ],
)
def test_a_leadid_that_nobody_could_be_given_is_none(seller: Seller, nobodys: str) -> None:
    answer = seller.sold(NO_PROOF | {"leadid_token": nobodys}, ping=NO_PROOF | {"leadid_token": nobodys})
    assert answer["reason_code"] == "consent_missing"


@pytest.mark.parametrize(
    "name",
    [
        *("tcpa_consent_date", "optin_date", "consentTimestamp", "date_agreed", "consent.timestamp", "tcpa.signed_at"),
        *("signup_date", "form_submitted_at", "submit_time", "submission_timestamp", "terms_accepted_at"),
        "submitted_at",
    ],
)
def test_an_old_time_of_consent_is_never_passed_over(seller: Seller, name: str) -> None:
    assert seller.sold({"consent_at": None, name: days_ago(5)})["reason_code"] == "consent_expired"
    assert seller.sold({name: days_ago(5)})["reason_code"] == "consent_expired"
    assert seller.sold({"consent_at": None, name: days_ago(1)})["status"] == "accepted"


def test_a_time_in_the_place_of_a_yes_is_when_that_was_said(seller: Seller) -> None:
    assert seller.sold({"consent_at": None, "tcpa_consent": days_ago(5)})["reason_code"] == "consent_expired"
    assert seller.sold({"consent_at": None, "tcpa_consent": days_ago(1)})["status"] == "accepted"


def test_an_old_time_of_consent_is_not_passed_over_at_a_ping(seller: Seller) -> None:
    assert seller.ping(seller.person(), {"consent": {"timestamp": days_ago(5)}})["reason_code"] == "consent_expired"
    assert seller.ping(seller.person(), {"tcpa_consent_date": days_ago(5)})["reason_code"] == "consent_expired"


@pytest.mark.parametrize("name", ["created_date", "entry_date", "leadDate", "captured_at"])
def test_an_old_lead_is_known_by_any_usual_name_of_its_time(seller: Seller, name: str) -> None:
    assert seller.ping(seller.person(), {"created_at": None, name: days_ago(5)})["reason_code"] == "consent_expired"


@pytest.mark.parametrize("name", ["tcpa_compliant_text", "tcpa_disclosure", "consent.text", "OptInLanguage"])
def test_the_text_of_consent_is_known_under_any_name_that_says_so(seller: Seller, name: str) -> None:
    assert seller.document(seller.sold({"tcpa_text": None, name: TEXT}))["consent"]["tcpa_text"] == TEXT


@pytest.mark.parametrize(
    "written",
    [
        TEXT.replace(" ", "&nbsp;"),
        TEXT.replace(" ", "%20"),
        TEXT.replace(" ", "+"),
        TEXT.replace("Lighthouse Quotes", "<b>Light\u00adhouse</b> <i>Quo\u200btes</i>"),
        TEXT.replace("Lighthouse Quotes", "Lighthouse&amp;nbsp;Quotes"),
        f"<p>{TEXT}</p>",
    ],
)
def test_the_text_of_consent_is_read_as_a_browser_shows_it(seller: Seller, written: str) -> None:
    text = seller.document(seller.sold({"tcpa_text": written}))["consent"]["tcpa_text"]
    assert text == TEXT


@pytest.mark.parametrize(
    "hidden",
    ["<style>{}</style>", "<i hidden>{}</i>", '<b style="display:none">{}</b>', "<b style='font-size:0'>{}</b>"],
)
def test_what_no_browser_shows_discloses_nobody(seller: Seller, hidden: str) -> None:
    text = f"By clicking I agree that others may call me about solar. {hidden.format('Lighthouse Quotes')}"
    assert seller.sold({"tcpa_text": text})["reason_code"] == "brand_not_disclosed"


@pytest.mark.parametrize("yes", ["Yes, I agree", "checked", "I consent", "Opted-In"])
def test_a_consumer_may_agree_in_words(seller: Seller, yes: str) -> None:
    assert seller.sold({"tcpa_consent": yes}, ping={"tcpa_consent": yes})["status"] == "accepted"


def test_the_text_in_the_place_of_a_yes_is_the_text(seller: Seller) -> None:
    answer = seller.sold({"tcpa_consent": TEXT, "tcpa_text": None})
    assert seller.document(answer)["consent"]["tcpa_text"] == TEXT


@pytest.mark.parametrize("no", [{"tcpa_consent": "I do not agree"}, {"tcpa_consent": "unchecked"}])
def test_a_no_is_a_no_in_any_words(seller: Seller, no: Json) -> None:
    assert seller.ping(seller.person(), no)["reason_code"] == "consent_missing"
    assert seller.sold(no)["reason_code"] == "consent_missing"


def test_a_no_counts_under_any_name(seller: Seller) -> None:
    for said in ({"consent_given": "No"}, {"has_consented": False}, {"tcpa_consent": {"accepted": "no"}}):
        assert seller.sold({"tcpa_consent": None} | said)["reason_code"] == "consent_missing", said


def test_of_several_unknown_names_a_no_counts(seller: Seller) -> None:
    for said in ({"has_consented": "yes", "tcpa_flag": "N"}, {"tcpa_flag": "N", "has_consented": "yes"}):
        assert seller.sold({"tcpa_consent": None} | said)["reason_code"] == "consent_missing", said


def test_a_consent_that_was_revoked_is_none(seller: Seller) -> None:
    for revoked in ({"opted_out": True}, {"consent_revoked": "Revoked"}, {"opt_out_date": days_ago(1)}):
        assert seller.ping(seller.person(), revoked)["reason_code"] == "consent_missing", revoked
        assert seller.sold(revoked)["reason_code"] == "consent_missing", revoked
    for kept in ({"opted_out": "0"}, {"consent_revoked": ""}, {"opt_out_date": "0000-00-00"}, {"opt_out": "none"}):
        assert seller.sold(kept, ping=kept)["status"] == "accepted", kept


def test_a_lead_that_is_bought_already_is_a_duplicate(seller: Seller) -> None:
    who = seller.person()
    assert seller.post(who, seller.ping(who)["ping_id"])["status"] == "accepted"
    assert seller.ping(who)["reason_code"] == "duplicate"
    assert seller.ping(who, {"seller_lead_id": "another"})["reason_code"] == "certificate_reused"


def test_a_post_may_say_more_or_less_than_its_ping_but_nothing_else(seller: Seller) -> None:
    who = seller.person()
    pinged: Json = {"roof_age": 9, "time_frame": None, "roof_shade": "some"}
    bid = seller.ping(who, pinged)["ping_id"]
    other = seller.post(who, bid, pinged | {"roof_age": 10})
    assert (other["reason_code"], other["reason"]) == ("ping_mismatch", "the lead differs from its ping: roof_age")
    who = seller.person()
    bid = seller.ping(who, pinged)["ping_id"]
    sold = seller.document(seller.post(who, bid, pinged | {"roof_age": None, "time_frame": "now"}))
    assert (sold["fields"]["roof_age"], sold["fields"]["time_frame"]) == (9, "now")
