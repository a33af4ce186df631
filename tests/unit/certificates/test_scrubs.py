"""Every documented answer of the scrubs, and what becomes of a lead that gets it."""

import asyncio
import hashlib
from typing import Any

from app.certificates.provider_client import Consulted
from app.domain.checks.check import Check
from app.domain.checks.scrubs import BlacklistAllianceTerms, DncScrubTerms, HashKind, SuppressionListTerms
from app.domain.checks.verdict import failures, has_opted_out, price_cut, unsettled
from app.mock_providers import blacklist_alliance, dncscrub, suppressionlist
from app.mock_providers.fake import phone_for
from tests.build import NOW
from tests.providers import SECRETS, FakesAtHand, check, said, subject
from tests.table import each_row

BOUGHT, AGAIN = "bought", "unverified"
LISTS = check("suppressionlist", suppressionlist=SuppressionListTerms(lists=("optouts", "own"), values=("phone",)))
BLACKLIST = check("blacklist_alliance")


def dnc(ask: Any, **terms: Any) -> Check:
    return check("dncscrub", dncscrub=DncScrubTerms(ask=ask, **terms))


def consult(asked: Check, phone: str, fakes: FakesAtHand | None = None, **lead: Any) -> Consulted:
    client = (fakes or FakesAtHand()).client()
    return asyncio.run(client.consult(asked, subject(phone=phone, consent_at=NOW, **lead), 1.0, NOW))


def decision(consulted: Consulted) -> str:
    refusals, open_question = failures([consulted.consultation]), unsettled([consulted.consultation])
    return refusals[0].code if refusals else open_question.refusal.code if open_question is not None else BOUGHT


LISTED = {
    "clean": BOUGHT,
    "listed": "suppressed",
    "listed_twice": "suppressed",
    "no_entries": "suppressed",
    **dict.fromkeys(("unauthorized", "unpaid", "no_list", "invalid", "empty", "page"), AGAIN),
    **dict.fromkeys(("broken", "slow_down", "hang"), AGAIN),
}


@each_row("scenario", suppressionlist.NAMES)
def test_each_answer_of_suppressionlist_gives_its_decision(scenario: str) -> None:
    assert decision(consult(LISTS, phone_for(suppressionlist.NAMES, scenario))) == LISTED[scenario]


BLACKLISTED = {
    "good": BOUGHT,
    "clean": BOUGHT,
    **dict.fromkeys(("plaintiff", "plaintiff_and_dnc", "attorney", "attorney_secondary"), "litigator"),
    **dict.fromkeys(("prelitigation", "screamer", "anti_telemarketing", "government"), "litigator"),
    **dict.fromkeys(("new_code", "no_code"), "litigator"),
    **dict.fromkeys(("suppressed", "suppressed_bare"), "suppressed"),
    "federal_dnc": BOUGHT,
    "state_dnc": BOUGHT,
    "federal_dnc_bare": BOUGHT,
    **dict.fromkeys(("other_phone", "bad_key", "unauthorized", "bad_request", "empty"), AGAIN),
    **dict.fromkeys(("page", "broken", "hang"), AGAIN),
}


@each_row("scenario", blacklist_alliance.NAMES)
def test_each_answer_of_blacklist_alliance_gives_its_decision(scenario: str) -> None:
    assert decision(consult(BLACKLIST, phone_for(blacklist_alliance.NAMES, scenario))) == BLACKLISTED[scenario]


def test_a_buyer_who_wants_no_number_of_a_register_says_so() -> None:
    strict = check("blacklist_alliance", blacklist_alliance=BlacklistAllianceTerms(accept=()))
    for scenario in ("federal_dnc", "state_dnc", "federal_dnc_bare"):
        assert decision(consult(strict, phone_for(blacklist_alliance.NAMES, scenario))) in ("litigator", "suppressed")


DNC = {
    **{f"code_{code}": BOUGHT for code in "CXWLFGHVEOY"},
    "code_D": "suppressed",
    "code_P": "suppressed",
    "code_I": "invalid_contact",
    "code_M": "invalid_contact",
    "code_B": AGAIN,
    "new_code": AGAIN,
    "litigator": "litigator",
    "reassigned": BOUGHT,
    "no_data": BOUGHT,
}


@each_row("scenario", DNC)
def test_each_result_code_gives_its_decision(scenario: str) -> None:
    assert decision(consult(dnc("dnc"), phone_for(dncscrub.NAMES, scenario))) == DNC[scenario]


@each_row("ask", ["litigator", "reassigned", "dnc"])
@each_row(
    "scenario",
    ["other_phone", "unauthorized", "forbidden", "bad_request", "slow_down", "no_rows", "page", "broken", "hang"],
)
def test_an_error_of_dncscrub_leaves_its_question_open(ask: Any, scenario: str) -> None:
    consulted = consult(dnc(ask), phone_for(dncscrub.NAMES, scenario))
    assert said(consulted.consultation) == {ask: ("unknown",)}
    assert decision(consulted) == (BOUGHT if ask == "reassigned" else AGAIN)


def test_every_scenario_of_dncscrub_has_its_row() -> None:
    errors = {"other_phone", "unauthorized", "forbidden", "bad_request", "slow_down", "no_rows", "page", "broken"}
    assert {*dncscrub.NAMES} == {*DNC} | errors | {"hang", "clean"}


def test_litigators_are_asked_for_by_a_call_of_their_own() -> None:
    assert decision(consult(dnc("litigator"), phone_for(dncscrub.NAMES, "litigator"))) == "litigator"
    assert decision(consult(dnc("litigator"), phone_for(dncscrub.NAMES, "code_D"))) == BOUGHT


def test_wireless_numbers_of_restricting_states_are_refused_where_the_buyer_says_so() -> None:
    strict = dnc("dnc", refuse_codes=("D", "P", "L"))
    assert decision(consult(strict, phone_for(dncscrub.NAMES, "code_L"))) == "suppressed"


def test_a_reassigned_number_is_no_contact_and_one_without_data_is_open_with_a_cut() -> None:
    (refusal,) = failures([consult(dnc("reassigned"), phone_for(dncscrub.NAMES, "reassigned")).consultation])
    assert (refusal.code, refusal.detail) == ("invalid_contact", "phone")
    unknown = consult(dnc("reassigned"), phone_for(dncscrub.NAMES, "no_data"))
    assert (decision(unknown), price_cut([unknown.consultation])) == (BOUGHT, 0.2)


@each_row("consent_at", [None, 1_600_000_000.0])
def test_without_a_consent_that_the_database_reaches_back_to_nobody_is_asked(consent_at: float | None) -> None:
    fakes = FakesAtHand()
    lead = subject(phone=phone_for(dncscrub.NAMES, "clean"), consent_at=consent_at)
    consulted = asyncio.run(fakes.client().consult(dnc("reassigned"), lead, 1.0, NOW))
    assert said(consulted.consultation) == {"reassigned": ("unknown",)}
    assert fakes.sent == []


def test_the_day_of_consent_is_that_of_the_west() -> None:
    fakes = FakesAtHand()
    lead = subject(phone=phone_for(dncscrub.NAMES, "clean"), consent_at=1_767_232_800.0)  # 2026-01-01T02:00Z
    asyncio.run(fakes.client().consult(dnc("reassigned"), lead, 1.0, NOW))
    assert "date=20251231" in fakes.sent[0].url


@each_row("kind", ["md5", "sha1", "sha256"])
def test_lists_of_hashes_are_asked_about_pings_that_bring_the_same_kind(kind: HashKind) -> None:
    terms = SuppressionListTerms(lists=("optouts",), hashed=kind, code="litigator")
    asked = check("suppressionlist", suppressionlist=terms, on=("ping", "post"))
    phone = phone_for(suppressionlist.NAMES, "listed")
    hashed = hashlib.new(kind, phone.encode()).hexdigest()
    client = FakesAtHand().client()
    ping = subject(stage="ping", phone="", email="", hashes={f"phone_{kind}": hashed})
    assert decision(asyncio.run(client.consult(asked, ping, 1.0, NOW))) == "litigator"
    assert decision(consult(asked, phone)) == "litigator"
    other = subject(stage="ping", phone="", email="", hashes={"phone_other": hashed})
    assert not client.has_questions(asked, other)


def test_phone_and_email_are_looked_up_both_and_one_that_is_found_is_enough() -> None:
    fakes = FakesAtHand()
    asked = check("suppressionlist", suppressionlist=SuppressionListTerms(lists=("optouts",)))
    assert decision(consult(asked, phone_for(suppressionlist.NAMES, "listed"), fakes)) == "suppressed"
    assert [request.url.rpartition("/")[2] for request in fakes.sent] == [
        phone_for(suppressionlist.NAMES, "listed"),
        "maria.lopez%40gmail.com",
    ]


@each_row("asked", [LISTS, BLACKLIST, dnc("dnc"), dnc("litigator")], ids=lambda each: each.provider)
def test_a_lead_without_a_phone_has_no_questions(asked: Check) -> None:
    assert not FakesAtHand().client().has_questions(asked, subject(phone=""))


def test_what_a_list_holds_is_not_copied_into_our_own() -> None:
    for asked, names in ((LISTS, suppressionlist.NAMES), (BLACKLIST, blacklist_alliance.NAMES)):
        consulted = consult(asked, phone_for(names, "listed" if asked is LISTS else "suppressed"))
        assert decision(consulted) == "suppressed"
        assert not has_opted_out([consulted.consultation])


@each_row("asked", [LISTS, BLACKLIST, dnc("litigator"), dnc("dnc")], ids=lambda each: each.provider)
def test_no_question_of_a_scrub_is_named_to_a_seller(asked: Check) -> None:
    fakes = FakesAtHand()
    fakes.trouble = "timeout"
    open_question = unsettled([consult(asked, "5124612234", fakes).consultation])
    assert open_question is not None
    assert (open_question.refusal.code, open_question.refusal.detail) == ("unverified", "")


@each_row("asked", [LISTS, BLACKLIST, dnc("reassigned"), dnc("dnc")], ids=lambda each: each.provider)
def test_the_evidence_of_a_scrub_holds_its_exchange_but_no_secret(asked: Check) -> None:
    consulted = consult(asked, "5124612234")
    (exchange,) = consulted.exchanges
    assert exchange.status == 200
    assert "5124612234" in exchange.url + exchange.request
    assert not any(secret in str(exchange.request_headers) + exchange.url for secret in SECRETS.values())
