"""Each preset against its fake CRM, with everything that the CRM may answer: what a lead came to, and why."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from app.config.file.problem import Findings
from app.config.presets import expand_presets, presets
from app.crm.access_tokens import AccessTokens
from app.crm.outcome import Judgement
from app.domain.delivery.destination import Destination, secret_references
from app.domain.delivery.sold_lead import LeadDocument
from app.mock_providers.crms.crm import EVERYWHERE, FakeCrm, email_of
from app.mock_providers.crms.salesforce import FakeSalesforce
from app.mock_providers.crms.zoho import FakeZoho
from app.mock_providers.server import FakeProviders, all_fakes
from app.outbound.message import OutboundAnswer, OutboundRequest, Outgoing
from app.usecases.deliver_leads import Target, answer_of, judgement_of
from tests.providers import FakesAtHand
from tests.table import each_row

SECRET = "whsec_" + "c2VjcmV0" * 6
NOW = 1_790_000_000.0
DUPLICATE_IN_SALESFORCE = "00QHs00000DUPLIMAX"

Expected = tuple[str, str, str]
"""Outcome, the CRM's id, and what the note says."""

SAID: Mapping[str, Mapping[str, Expected]] = {
    "salesforce": {
        "good": ("delivered", "00QHs", ""),
        "duplicate": ("duplicate", DUPLICATE_IN_SALESFORCE, "Use one of these records?"),
        "limit": ("retry", "", "TotalRequests Limit exceeded."),
        "expired": ("retry", "", "HTTP 401: check the credentials"),
        "required": ("rejected", "", "Required fields are missing: [Product__c]"),
        "invalid_email": ("rejected", "", "Email: invalid email address: ***"),
        "rule": ("rejected", "", "We do not serve this state."),
        "too_long": ("rejected", "", "data value too large"),
        "no_field": ("retry", "", "No such column 'Leadbid_Id__c'"),
        "no_external_id": ("retry", "", "HTTP 404: check `url`"),
        "no_rights": ("retry", "", "insufficient access rights"),
        "api_disabled": ("retry", "", "HTTP 403"),
        "locked": ("retry", "", "exclusive access"),
        "storage": ("retry", "", "storage limit exceeded"),
        "trigger": ("rejected", "", "LeadTrigger"),
        "unknown": ("retry", "", "HTTP 500"),
        "server": ("retry", "", "HTTP 503"),
        "several": ("rejected", "", "several leads have this Leadbid_Id__c"),
        "no_body": ("delivered", "", "but no id at json `id`"),
    },
    "salesforce-web-to-lead": {
        "good": ("delivered", "", ""),
        "lost": ("rejected", "", "Salesforce did not make a lead of it"),
    },
    "hubspot": {
        "good": ("delivered", "#", ""),
        "multi_status": ("rejected", "", "blocked by your settings"),
        "multi_status_busy": ("retry", "", "You have reached a limit"),
        "multi_status_property": ("retry", "", "create `leadbid_id` in HubSpot"),
        "conflict": ("duplicate", "30601", "Contact already exists"),
        "invalid_email": ("rejected", "", "Property values were not valid"),
        "no_property": ("retry", "", "create `leadbid_id` in HubSpot"),
        "unauthorized": ("retry", "", "HTTP 401: check the credentials"),
        "scopes": ("retry", "", "HTTP 403: check the credentials"),
        "limit": ("retry", "", "HTTP 429"),
        "locked": ("retry", "", "HTTP 423"),
        "migrating": ("retry", "", "HTTP 477"),
    },
    "hubspot-form": {
        "good": ("delivered", "", ""),
        "invalid_email": ("rejected", "", "Invalid email address"),
        "blocked": ("rejected", "", "is blocked"),
        "required": ("rejected", "", "Required field 'phone' is missing"),
        "captcha": ("retry", "", "captcha"),
        "no_field": ("retry", "", "Not in the form"),
        "limit": ("retry", "", "HTTP 429"),
        "unauthorized": ("retry", "", "HTTP 401"),
        "no_form": ("retry", "", "HTTP 404"),
    },
    "gohighlevel": {
        "good": ("delivered", "ghlContact", ""),
        "duplicate": ("duplicate", "dup0contact0id000001", "does not allow duplicated contacts"),
        "invalid": ("rejected", "", "email must be an email"),
        "invalid_one": ("rejected", "", "email must be an email"),
        "invalid_text": ("rejected", "", "Invalid country code"),
        "unauthorized": ("retry", "", "HTTP 401"),
        "forbidden": ("retry", "", "HTTP 403"),
        "unpaid": ("retry", "", "the account may be unpaid"),
        "limit": ("retry", "", "HTTP 429"),
    },
    "gohighlevel-hook": {
        "good": ("delivered", "", ""),
        "gone": ("retry", "", "HTTP 404"),
        "limit": ("retry", "", "HTTP 429"),
    },
    "pipedrive": {
        "good": ("delivered", "#", ""),
        "no_name": ("rejected", "", "Name must be given."),
        "invalid": ("rejected", "", "value must be a string"),
        "no_field": ("retry", "", "correct its key"),
        "unauthorized": ("retry", "", "unauthorized access"),
        "unpaid": ("retry", "", "Company account is not open"),
        "capped": ("retry", "", "Limit reached"),
        "feature": ("retry", "", "Feature is not enabled"),
        "limit": ("retry", "", "request over limit"),
        "broken_inside": ("retry", "", "Internal Server Error"),
        "denied": ("retry", "", "could not be fulfilled"),
    },
    "zoho": {
        "good": ("delivered", "3652397000", ""),
        "duplicate": ("duplicate", "3652397000009851001", "duplicate data"),
        "duplicate_old": ("duplicate", "3652397000009851001", "duplicate data"),
        "required": ("rejected", "", "required field not found"),
        "invalid": ("rejected", "", "invalid data"),
        "invalid_request": ("rejected", "", "body"),
        "expired": ("retry", "", "invalid oauth token"),
        "expired_200": ("retry", "", "invalid oauth token"),
        "scope": ("retry", "", "invalid oauth scope"),
        "module": ("retry", "", "module name"),
        "no_permission": ("retry", "", "permission denied"),
        "limit": ("retry", "", "exceeded the number of calls"),
        "limit_200": ("retry", "", "exceeded the number of calls"),
        "record_limit": ("retry", "", "storage limit exceeded"),
        "internal": ("retry", "", "Internal Server Error"),
    },
    "followupboss": {
        "good": ("delivered", "#", ""),
        "ignored": ("retry", "", "the lead flow is archived"),
        "invalid": ("rejected", "", "Invalid fields"),
        "unauthorized": ("retry", "", "HTTP 401"),
        "forbidden": ("retry", "", "HTTP 403"),
        "not_found": ("retry", "", "HTTP 404"),
        "limit": ("retry", "", "HTTP 429"),
    },
    "velocify": {
        "good": ("delivered", "#", ""),
        "duplicate": ("duplicate", "", "Duplicate lead"),
        "invalid": ("rejected", "", "not a valid phone number"),
        "no_campaign": ("rejected", "", "campaign is not active"),
        "page": ("rejected", "", "no outcome rule knows this answer"),
    },
    "five9": {
        "good": ("delivered", "", ""),
        "no_list": ("rejected", "", "The list does not exist"),
        "invalid": ("rejected", "", "number1 has an invalid value"),
        "tenth": ("rejected", "", "Do-Not-Call"),
        "busy": ("rejected", "", "Internal error"),
        "redirected": ("rejected", "", "no outcome rule knows this answer"),
    },
    "convoso": {
        "good": ("delivered", "#", ""),
        "duplicate": ("duplicate", "", "Duplicate lead found"),
        "dnc": ("rejected", "", "DNC list"),
        "invalid": ("rejected", "", "Invalid phone_number"),
        "unauthorized": ("retry", "", "Invalid auth_token"),
        "limit": ("retry", "", "API rate limit reached"),
    },
    "leadconduit": {
        "good": ("delivered", "63f1a2b3c4d5e6f", ""),
        "failure": ("rejected", "", "Does not meet acceptance criteria"),
        "duplicate": ("duplicate", "63f1a2b3c4d5e6f708192a3b", "seen in the last 30 days"),
        "error": ("retry", "", "recipient timed out"),
        "no_source": ("retry", "", "HTTP 404"),
        "invalid": ("rejected", "", "unable to parse body"),
    },
    "zapier": {
        "good": ("delivered", "", ""),
        "limit": ("retry", "", "HTTP 429"),
        "off": ("delivered", "", ""),
        "gone": ("retry", "", "wants no more leads"),
    },
    "make": {
        "good": ("delivered", "", ""),
        "queue_full": ("retry", "", "its queue is full"),
        "limit": ("retry", "", "HTTP 429"),
        "gone": ("retry", "", "wants no more leads"),
        "failed": ("retry", "", "HTTP 500"),
        "own_answer": ("delivered", "", ""),
    },
    "webhook": {
        "good": ("delivered", "", ""),
        "gone": ("retry", "", "wants no more leads"),
        "refused": ("rejected", "", "HTTP 422"),
        "limit": ("retry", "", "HTTP 429"),
        "unauthorized": ("retry", "", "HTTP 401"),
        "polite": ("delivered", "", "declare an outcome rule"),
    },
}

EACH = [(preset, scenario, expected) for preset, said in SAID.items() for scenario, expected in said.items()]


def target(preset: str, **own: Any) -> Target:
    """The destination of a preset, sent to its fake."""
    parameters = dict.fromkeys(presets()[preset].parameters, "fakes.example")
    url = f"https://fakes.example/{preset}{cast(FakeCrm, all_fakes()[preset]).path}"
    table = {"name": "crm", "preset": preset, "parameters": parameters, "url": url, **own}
    expanded = expand_presets({"destinations": [table]}, Findings("buyer.toml", {}, {}))["destinations"][0]
    if expanded.get("auth", {}).get("type") == "oauth2":
        token = urlsplit(expanded["auth"]["token_url"]).path
        expanded["auth"] = {**expanded["auth"], "token_url": f"https://fakes.example/{preset}{token}"}
    destination = msgspec.convert(expanded, Destination)
    return Target(destination=destination, secrets=dict.fromkeys(secret_references(destination), SECRET))


def asking(lead: LeadDocument, scenario: str) -> LeadDocument:
    return {**lead, "contact": {**lead["contact"], "email": email_of(scenario)}}


def delivered(
    sent_to: Target, *leads: LeadDocument, fakes: FakesAtHand | None = None, at_once: int = 1
) -> list[Judgement]:
    """What became of leads, of which `at_once` are under way at a time."""
    send = (fakes or FakesAtHand()).send
    tokens, room = AccessTokens(send), asyncio.Semaphore(at_once)

    async def sent_slowly(request: Outgoing) -> OutboundAnswer:
        assert isinstance(request, OutboundRequest)
        answer = await send(request)
        await asyncio.sleep(0)
        return answer

    async def judged(lead: LeadDocument) -> Judgement:
        async with room:
            answer = await answer_of(sent_slowly, tokens, sent_to, lead, "msg_1", NOW)
        return judgement_of(sent_to.destination, answer, lead)

    async def all_of_them() -> list[Judgement]:
        return await asyncio.gather(*[judged(lead) for lead in leads])

    return asyncio.run(all_of_them())


@each_row(("preset", "scenario", "expected"), EACH, ids=[f"{one}-{two}" for one, two, _ in EACH])
def test_an_answer_means_what_is_documented(preset: str, scenario: str, expected: Expected, lead: LeadDocument) -> None:
    (judgement,) = delivered(target(preset), asking(lead, scenario))
    outcome, crm_id, said = expected
    assert judgement.outcome == outcome
    assert judgement.crm_id.isdecimal() if crm_id == "#" else judgement.crm_id.startswith(crm_id)
    assert bool(judgement.crm_id) == bool(crm_id)
    assert said in judgement.note
    assert "fakes.example" not in judgement.note
    assert judgement.disables == ("wants no more leads" in said)


@each_row("scenario", list(EVERYWHERE))
@each_row("preset", list(SAID))
def test_what_may_happen_with_any_crm_is_tried_again(preset: str, scenario: str, lead: LeadDocument) -> None:
    (judgement,) = delivered(target(preset), asking(lead, scenario))
    assert (judgement.outcome, judgement.crm_id, judgement.disables) == ("retry", "", False)


@each_row("preset", ["pipedrive", "followupboss", "gohighlevel"])
def test_a_person_without_an_email_is_taken_all_the_same(preset: str, lead: LeadDocument) -> None:
    (judgement,) = delivered(target(preset), {**lead, "contact": {**lead["contact"], "email": ""}})
    assert judgement.outcome == "delivered"


def test_every_preset_has_a_fake_and_every_answer_of_it_is_tried() -> None:
    fakes = {name: fake for name, fake in all_fakes().items() if isinstance(fake, FakeCrm)}
    by_http = {name for name, preset in presets().items() if not {"mail", "file"} & set(preset.destination)}
    assert set(fakes) == set(SAID) == by_http
    for name, fake in fakes.items():
        assert {"good", *fake.scenarios} == set(SAID[name])


@each_row("preset", ["salesforce", "zoho", "hubspot", "gohighlevel", "followupboss"])
def test_a_lead_that_is_sent_again_is_the_same_record(preset: str, lead: LeadDocument) -> None:
    first, second = delivered(target(preset), asking(lead, "good"), asking(lead, "good"))
    assert first.crm_id == second.crm_id
    assert second.outcome == ("delivered" if preset == "salesforce" else "duplicate")


@each_row("preset", ["salesforce", "zoho"])
@each_row("complaint", ["invalid_client", "invalid_grant", "unsupported_grant_type"])
def test_without_a_token_the_lead_waits_and_says_why(preset: str, complaint: str, lead: LeadDocument) -> None:
    sent_to = target(preset)
    secrets = dict.fromkeys(sent_to.secrets, complaint)
    (judgement,) = delivered(msgspec.structs.replace(sent_to, secrets=secrets), lead)
    assert judgement.outcome == "retry"
    assert complaint in judgement.note


@each_row("at_once", [1, 4, 64])
@each_row("kind", [FakeSalesforce, FakeZoho])
def test_a_token_that_ends_in_the_middle_of_a_queue_loses_and_repeats_no_lead(
    kind: type[FakeSalesforce | FakeZoho], at_once: int, lead: LeadDocument
) -> None:
    name = "salesforce" if kind is FakeSalesforce else "zoho"
    fake, fakes = kind(uses_max=50), FakesAtHand()
    fakes.fakes = FakeProviders({name: fake})
    leads = [
        {**lead, "lead_id": f"lead-{n}", "contact": {**lead["contact"], "email": f"{n}@a.example"}} for n in range(100)
    ]
    judgements = delivered(target(name), *leads, fakes=fakes, at_once=at_once)
    assert {judgement.outcome for judgement in judgements} == {"delivered"}
    assert len(fake.taken) == 100
    assert set(fake.taken.values()) == {1}
    assert fake.tokens.granted == 2
