"""Every documented answer of LeadiD, whose failures come with HTTP 200, and what becomes of a lead that gets it."""

import asyncio

from app.certificates.provider_client import Consulted
from app.domain.checks.check import Check, LeadIdTerms
from app.domain.checks.rule import AnswerRule
from app.domain.checks.verdict import failures, unsettled
from app.mock_providers.leadid import LOOKUPS_MAX, SCENARIOS, FakeLeadId, leadid_token
from tests.build import NOW, contact
from tests.providers import FakesAtHand, check, said, token_subject
from tests.table import each_row

AUDIT = check("leadid", leadid=LeadIdTerms(profile="env:LAK", provider_codes={"acme": "AB12"}))
BOUGHT, AGAIN = "bought", "unverified"


def consult(scenario: str, asked: Check = AUDIT) -> Consulted:
    return asyncio.run(FakesAtHand().client().consult(asked, token_subject(scenario), 1.0, NOW))


def decision(consulted: Consulted) -> str:
    open_question = unsettled([consulted.consultation])
    refusals = failures([consulted.consultation])
    return refusals[0].code if refusals else open_question.refusal.code if open_question is not None else BOUGHT


ROWS: tuple[tuple[str, str, str], ...] = (
    ("good", BOUGHT, "authentic 1"),
    ("expired", "consent_expired", "reason 1: expired, older than a year, or not found"),
    ("used_up", "consent_invalid", "reason 2: more than 100 queries"),
    ("opted_out", "suppressed", "reason 3: the consumer opted out, under privacy law"),
    ("forged", "consent_invalid", "reason 4: invalid, not issued by them"),
    ("no_reason", "consent_invalid", "authentic 0 alone refuses"),
    ("odd_reason", "consent_invalid", "authentic 0 for a reason that is not documented refuses as well"),
    ("mismatch", "consent_invalid", "data integrity 0: mismatch"),
    ("disclosed", "consent_invalid", "data integrity 2: mismatch with disclosure"),
    ("prefilled", BOUGHT, "data integrity 3: match to a pre-filled default"),
    ("yellow", BOUGHT, "result 2: yellow"),
    ("red", "consent_invalid", "result 3: red"),
    ("as_text", BOUGHT, "numbers as text"),
    ("blocked", BOUGHT, "a text such as blocked in the place of a number"),
    ("frequent", BOUGHT, "optional fields are no verdict without a rule"),
    ("bare", AGAIN, "all audit fields but authentic are optional by contract: what is missing is unknown"),
    ("error", AGAIN, "an error table with HTTP 200, such as code 1050"),
    ("empty", AGAIN, "an empty table"),
    ("page", AGAIN, "HTTP 200 with a page"),
    ("unauthorized", AGAIN, "401 is our account: never blame the seller"),
    ("broken", AGAIN, "5xx"),
    ("hang", AGAIN, "no answer in time"),
)


@each_row(("scenario", "wanted", "row"), ROWS, ids=[row[0] for row in ROWS])
def test_each_documented_answer_gives_the_documented_decision(scenario: str, wanted: str, row: str) -> None:
    consulted = consult(scenario)
    assert decision(consulted) == wanted, row
    fake = SCENARIOS[scenario].instead
    assert [each.status for each in consulted.exchanges] == [0 if scenario == "hang" else fake.status if fake else 200]


def test_every_scenario_of_the_fake_has_its_row() -> None:
    assert {*SCENARIOS} == {row[0] for row in ROWS}


def test_a_rule_reads_a_number_and_no_text_in_its_place() -> None:
    rule = AnswerRule(property="market.leadidlabs.leadfrequencyplus", op="at_most", value=3, code="suspected_fraud")
    asked = check("leadid", leadid=LeadIdTerms(profile="env:LAK"), rules=(rule,))
    assert decision(consult("frequent", asked)) == "suspected_fraud"
    assert said(consult("blocked", asked).consultation)["insights"] == ("unknown",)


def test_without_an_audit_profile_only_the_token_is_asked_about_and_nobody_is_named() -> None:
    fakes = FakesAtHand()
    consulted = asyncio.run(fakes.client().consult(check("leadid"), token_subject(), 1.0, NOW))
    assert said(consulted.consultation) == {"certificate": ("pass",)}
    (request,) = fakes.sent
    assert request.url == "https://fakes.example/leadid/Authenticate"
    assert b"5124612234" not in request.body


def test_the_data_of_a_person_have_no_separators_in_them_and_never_stand_in_an_address() -> None:
    fakes = FakesAtHand()
    lead = token_subject(contact=contact(first_name="Ma|ria;x"))
    asyncio.run(fakes.client().consult(AUDIT, lead, 1.0, NOW))
    fake = fakes.fakes.fakes["leadid"]
    assert isinstance(fake, FakeLeadId)
    assert fake.data[leadid_token()].startswith("f_name;Ma ria x|l_name;Lopez|address1;12 Oak Street|")
    assert "?" not in fakes.sent[0].url


def test_brand_names_are_asked_for_one_to_one_consent() -> None:
    fakes = FakesAtHand()
    asked = check("leadid", leadid=LeadIdTerms(profile="env:LAK", brand_names=("Acme", "Acme Solar")))
    assert decision(asyncio.run(fakes.client().consult(asked, token_subject(), 1.0, NOW))) == BOUGHT
    assert b'"brand_names":"Acme|Acme Solar"' in fakes.sent[0].body


def test_a_token_is_looked_up_once_however_often_it_is_posted() -> None:
    fakes = FakesAtHand()
    client = fakes.client()

    async def scene() -> None:
        for _ in range(LOOKUPS_MAX + 5):
            assert decision(await client.consult(AUDIT, token_subject(), 1.0, NOW)) == BOUGHT

    asyncio.run(scene())
    assert len(fakes.sent) == 1


def test_a_token_that_is_asked_about_too_often_dies() -> None:
    fakes = FakesAtHand()
    decisions = [
        decision(asyncio.run(fakes.client().consult(AUDIT, token_subject(), 1.0, NOW))) for _ in range(LOOKUPS_MAX + 1)
    ]
    assert (decisions[-2], decisions[-1]) == (BOUGHT, "consent_invalid")


def test_secrets_stand_in_no_evidence() -> None:
    asked = check("leadid", leadid=LeadIdTerms(profile="env:LAK", brand_names=("Acme",)))
    text = str(consult("good", asked).exchanges[0].url) + str(consult("good").exchanges[0].request)
    assert "lac-5566" not in text
    assert "lak-7788" not in text
    assert "%5Bsecret%5D" in text or "[secret]" in text
