"""Every documented answer of TrustedForm, and what becomes of a lead that gets it."""

import asyncio
from typing import Any

import msgspec
import pytest

from app.certificates.provider_client import Consulted
from app.domain.checks.check import Check, ConsentVerification, TrustedFormTerms
from app.domain.checks.rule import AnswerRule
from app.domain.checks.verdict import CheckOutcome, failures, unsettled
from app.domain.consent.certificate import read_trustedform
from app.domain.reasons import REASONS
from app.mock_providers.trustedform import SCENARIOS, certificate_id
from tests.build import NOW
from tests.providers import FakesAtHand, check, said, subject
from tests.table import each_row

RULES = (
    AnswerRule(property="age_seconds", op="at_most", value=3_600),
    AnswerRule(property="bot_detected", op="is", value=False, code="suspected_fraud"),
)
WHOLE = TrustedFormTerms(
    verify=ConsentVerification(advertiser_name="Acme Inc.", min_font_size_px=16, one_to_one=True),
    required_terms=("solar",),
)
FULL = check(rules=RULES, trustedform=WHOLE)
"""All four operations."""

BOUGHT, AGAIN = "bought", "unverified"


def consult(scenario: str, asked: Check = FULL, **more: Any) -> Consulted:
    return asyncio.run(FakesAtHand().client().consult(asked, subject(scenario, **more), 1.0, NOW))


def decision(consulted: Consulted) -> str:
    """What becomes of a post with nothing else against it."""
    open_question = unsettled([consulted.consultation])
    refusals = failures([consulted.consultation])
    return refusals[0].code if refusals else open_question.refusal.code if open_question is not None else BOUGHT


ROWS: tuple[tuple[str, str, str], ...] = (
    ("good", BOUGHT, "outcome success: every operation found what it should"),
    ("no_match", "consent_invalid", "outcome failure, no matches found: refused though the certificate is stored"),
    ("email_only", "consent_invalid", "success is any match, but a call needs that of the phone"),
    ("phone_only", BOUGHT, "the phone matches, and that of the email is not required"),
    ("match_null", AGAIN, "a match that is null was not possible: neither a yes nor a no"),
    ("masked_no_match", AGAIN, "no match on a masked copy may only say that the replay is missing"),
    ("previously_retained", BOUGHT, "stored before from this account: retaining is safe to repeat"),
    ("previously_retained_text", BOUGHT, "previously_retained may arrive as a text"),
    ("no_masked_url", BOUGHT, "masked_cert_url is null for some accounts, and the certificate is stored all the same"),
    ("not_retained", "consent_invalid", "the cert could not be retained"),
    ("retain_missing", AGAIN, "a success that says nothing of the storage is no proof of it"),
    ("sandbox_failure", "consent_invalid", "sandbox certs cannot be retained: outcome failure instead of 405"),
    ("expired_failure", "consent_expired", "the cert has expired, as an outcome"),
    ("claimed_failure", "certificate_reused", "the cert has been claimed too many times, as an outcome"),
    ("web_only", "consent_invalid", "match_lead requires a web certificate"),
    ("unexplained_failure", AGAIN, "a failure for a reason that nobody documented does not buy, nor blame"),
    ("no_consent", "consent_invalid", "consent language not detected in the certificate"),
    ("consent_not_approved", "consent_invalid", "consent languages were not approved in the language manager"),
    ("no_one_to_one_setup", "consent_invalid", "the form is not set up for one-to-one consent"),
    ("not_submitted", "consent_invalid", "submission of the form is required for one-to-one consent"),
    ("not_one_to_one", "consent_invalid", "the advertiser was not granted consent in a one-to-one manner"),
    ("opt_in_missing", "consent_invalid", "the opt-in was not selected for the advertiser"),
    ("small_print", "consent_invalid", "the font is smaller than required"),
    ("verify_null", AGAIN, "a verification that is null was not configured or not possible"),
    ("scan_failed", "consent_invalid", "insights page scans unsuccessful"),
    ("bot", "suspected_fraud", "the rule on bot_detected is broken"),
    ("stale", "consent_invalid", "the rule on age_seconds is broken: a stale lead sold as fresh"),
    ("null_property", BOUGHT, "an uncontracted property is null: insights are open by default, with a price cut"),
    ("meta", BOUGHT, "a Meta certificate has few properties, which breaks no rule by accident"),
    ("malformed", "consent_invalid", "400 malformed certificate id: reject, no retry"),
    ("unauthorized", AGAIN, "401 is our key: never blame the seller"),
    ("unpaid", AGAIN, "402 is our bill: never blame the seller"),
    ("not_contracted", AGAIN, "403 is our contract: never blame the seller"),
    ("not_found", "consent_invalid", "404 expired or invented: reject after one retry"),
    ("sandbox", "consent_invalid", "405 a sandbox certificate outside of test mode"),
    ("malformed_v3", "consent_invalid", "406 malformed, of older versions: reject, no retry"),
    ("expired_v3", "consent_expired", "410 expired, pending deletion: reject, no retry"),
    ("claimed", "certificate_reused", "422 claimed too many times: reject as reused"),
    ("schema", AGAIN, "422 for the schema is our bug"),
    ("no_products", AGAIN, "no valid products detected is our bug"),
    ("error_outcome", AGAIN, "outcome error"),
    ("busy", AGAIN, "429, which is documented nowhere"),
    ("broken", AGAIN, "5xx: to be retried"),
    ("away", AGAIN, "5xx with a page"),
    ("page", AGAIN, "200 with an HTML page: the classic false success"),
    ("list", AGAIN, "200 with a list"),
    ("text", AGAIN, "200 with a text"),
    ("garbage", AGAIN, "200 with what does not parse"),
    ("not_utf8", AGAIN, "200 with bytes that are no text"),
    ("deep", AGAIN, "200 with brackets without end"),
    ("huge", AGAIN, "an answer beyond the size cap"),
    ("redirect", AGAIN, "a redirect is not followed"),
    ("hang", AGAIN, "no answer in time"),
)


@each_row(("scenario", "wanted", "row"), ROWS, ids=[row[0] for row in ROWS])
def test_each_documented_answer_gives_the_documented_decision_and_its_evidence(
    scenario: str, wanted: str, row: str
) -> None:
    consulted = consult(scenario)
    assert decision(consulted) == wanted, row
    (proof, *_) = consulted.exchanges
    fake = SCENARIOS[scenario].instead
    assert (proof.method, proof.url) == ("POST", f"https://fakes.example/trustedform/{certificate_id(scenario)}")
    assert (proof.status, proof.trouble) == (
        (0, "timeout") if scenario == "hang" else (fake.status if fake else 200, "")
    )
    assert "tf-key" not in str(msgspec.json.encode(proof))
    assert REASONS[wanted].kept is (wanted != AGAIN) if wanted != BOUGHT else True


def test_every_scenario_of_the_fake_but_those_of_rules_has_its_row() -> None:
    assert {*SCENARIOS} - {row[0] for row in ROWS} == {"pasted", "mobile"}
    assert len(ROWS) >= 40


def test_one_request_has_all_operations_in_plain_under_the_documented_head() -> None:
    fakes = FakesAtHand()
    asyncio.run(fakes.client().consult(FULL, subject(), 1.0, NOW))
    (request,) = fakes.sent
    assert request.headers == {
        "authorization": "Basic QVBJOnRmLWtleS0zMzQ0",
        "content-type": "application/json",
        "accept": "application/json",
        "api-version": "4.0",
    }
    assert msgspec.json.decode(request.body) == {
        "match_lead": {"email": "maria.lopez@gmail.com", "phone": "5124612234"},
        "retain": {"reference": "lead-77", "vendor": "acme"},
        "verify": {"advertiser_name": "Acme Inc.", "min_font_size_px_required": 16},
        "insights": {
            "properties": ["age_seconds", "bot_detected", "expires_at", "is_masked"],
            "scans": {"required": ["solar"], "forbidden": [], "delimiter": "|"},
        },
    }


def test_bought_and_stored_are_two_facts() -> None:
    assert said(consult("no_match").consultation)["retain"] == ("pass",)
    assert said(consult("email_only").consultation)["match"] == ("fail", "consent_invalid")


@each_row(
    ("match", "scenario", "wanted"),
    [
        ("phone", "email_only", "fail"),
        ("email", "email_only", "pass"),
        ("any", "email_only", "pass"),
        ("both", "email_only", "fail"),
        ("both", "phone_only", "fail"),
        ("any", "no_match", "fail"),
        ("any", "match_null", "unknown"),
        ("both", "good", "pass"),
    ],
)
def test_the_buyer_says_what_of_a_person_must_match(match: Any, scenario: str, wanted: str) -> None:
    found = said(consult(scenario, check(trustedform=TrustedFormTerms(match=match))).consultation)
    assert found["match"][0] == wanted


@each_row("scenario", ["sandbox", "sandbox_failure"])
def test_a_test_certificate_passes_only_where_leads_are_tests(scenario: str) -> None:
    assert decision(consult(scenario)) == "consent_invalid"
    lenient = said(
        consult(scenario, check(test_certificates=True, trustedform=TrustedFormTerms(match="phone"))).consultation
    )
    assert lenient["certificate"] == ("pass",)


def test_what_is_null_means_what_its_rule_says() -> None:
    table: tuple[tuple[CheckOutcome, str], ...] = (("pass", BOUGHT), ("fail", "suspected_fraud"))
    for on_null, wanted in table:
        rule = AnswerRule(property="bot_detected", op="is", value=False, code="suspected_fraud", on_null=on_null)
        assert decision(consult("null_property", check(rules=(rule,)))) == wanted
    verdicts = consult("null_property").consultation.verdicts
    assert [each.price_cut for each in verdicts if each.question == "insights"] == [0.2]


def test_a_rule_may_lower_the_price_instead_of_refusing() -> None:
    rule = AnswerRule(property="form_input_method", op="not_in", values=("paste",), price_cut=0.35)
    insights = [
        each for each in consult("pasted", check(rules=(rule,))).consultation.verdicts if each.question == "insights"
    ]
    assert [(each.outcome, each.price_cut) for each in insights] == [("pass", 0.35)]


def test_a_certificate_that_is_just_not_there_yet_is_asked_for_once_more() -> None:
    for scenario, times in (("not_found", 2), ("malformed", 1), ("expired_v3", 1), ("busy", 1)):
        fakes = FakesAtHand()
        asyncio.run(fakes.client().consult(FULL, subject(scenario), 1.0, NOW))
        assert len(fakes.sent) == times


def test_a_fault_of_ours_is_told_to_the_operator_and_nothing_more_is_asked(caplog: pytest.LogCaptureFixture) -> None:
    fakes = FakesAtHand()
    client = fakes.client()

    async def scene() -> None:
        for scenario in ("unpaid", "good"):
            consulted = await client.consult(FULL, subject(scenario), 1.0, NOW)
            assert decision(consulted) == AGAIN

    asyncio.run(scene())
    assert len(fakes.sent) == 1
    assert "see to its bill; no lead is blamed for it" in caplog.text


@each_row("url", ["https://ping.trustedform.com/0.abc.def.ghi", ""])
def test_without_a_certificate_that_can_be_asked_about_nothing_is_asked(url: str) -> None:
    assert not FakesAtHand().client().has_questions(FULL, subject(trustedform=read_trustedform(url)))
