"""Pings and posts that are put to providers: bought, refused, priced, proven, and stored after the sale."""

import asyncio
import base64
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.certificates.provider_client import ProviderClient
from app.dialects.generic import PingTraces
from app.domain.checks.check import Check, TrustedFormTerms
from app.domain.checks.http_terms import CheckFact, HttpTerms
from app.domain.checks.retain import AVAILABLE_S, EXTENDED_S, deadline_of, is_late, next_try
from app.domain.checks.rule import AnswerRule
from app.domain.checks.verdict import OnUnknown
from app.domain.filters import Filter
from app.http.answer import HttpAnswer
from app.http.auction.intake import Intake
from app.http.request import RawRequest
from app.journal.lines import PingLine, PostLine, RetainLine
from app.journal.replay import redecide
from app.mock_providers import dncscrub, ipqs
from app.mock_providers.fake import FakeRequest, phone_for
from app.mock_providers.leadid import leadid_token
from app.mock_providers.trustedform import FakeTrustedForm, certificate_id
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.reports.explain import explain
from app.usecases.answer_ping import Asked, answer_ping
from app.usecases.answer_ping import ask as what_is_asked
from app.usecases.bidder import Bidder
from app.usecases.checks.gather_checks import checks_of_ping, consult_on_ping, post_collectors
from app.usecases.checks.retain_certificates import RetainWorker
from app.wire.ping import PingAnswer
from tests.bidder import ask, at_bidder, journaled, sell
from tests.build import NOW, campaign, catalogue, ping
from tests.providers import SECRETS, FakesAtHand, check

TOLERANT: Mapping[str, OnUnknown] = {
    "certificate": "accept",
    "match": "accept",
    "retain": "accept",
    "verify": "accept",
    "insights": "accept",
}
RULES = (AnswerRule(property="bot_detected", op="is", value=False, code="suspected_fraud"),)
Scene = Callable[[Bidder, FakesAtHand], Awaitable[None]]


def url(scenario: str = "good") -> str:
    return f"https://cert.trustedform.com/{certificate_id(scenario)}"


def played(folder: Path, scene: Scene, *checks: Check) -> None:
    """A scene at a bidder with these checks, whose providers are the fakes."""

    async def at(bidder: Bidder) -> None:
        fakes = FakesAtHand()
        bidder.providers = fakes.client()
        bidder.post_collectors = post_collectors(bidder)
        await scene(bidder, fakes)

    at_bidder(folder, at, catalogue(checks=checks))


async def bought(bidder: Bidder, scenario: str = "good", **more: Any) -> Any:
    lead: dict[str, Any] = {"trustedform_cert_url": url(scenario), "seller_lead_id": scenario}
    return await sell(bidder, ask(bidder, **lead).ping_id, **lead, **more)


async def asked_about(bidder: Bidder, scenario: str, within_s: float = 1.0) -> PingAnswer:
    """The answer to a ping that is put to its checks."""
    seller = next(iter(bidder.catalogue.sellers.values()))
    asked = what_is_asked(bidder, seller, ping(trustedform_cert_url=url(scenario), seller_lead_id=scenario), NOW, 0.0)
    assert isinstance(asked, Asked)
    asked, checks = checks_of_ping(bidder, asked)
    if checks:
        asked = await consult_on_ping(bidder, asked, checks, within_s)
    return answer_ping(bidder, asked, ())


def post_lines(bidder: Bidder, folder: Path) -> list[PostLine]:
    return [line for line in journaled(bidder, folder) if isinstance(line, PostLine)]


def test_a_lead_that_its_certificate_proves_is_bought_with_every_exchange_as_evidence(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        answer = await bought(bidder)
        assert answer.status == "accepted"
        sealed = await bidder.store.sealed_evidence(answer.lead_id)
        plain = bidder.vault.open(sealed["check trustedform 1"], f"{answer.lead_id}/check trustedform 1")
        proof = msgspec.json.decode(plain)
        assert proof["status"] == 200
        assert proof["response"] == fakes.fakes.fakes["trustedform"].answer(_again(fakes)).body.decode().replace(
            '"previously_retained":true', '"previously_retained":false'
        )
        assert msgspec.json.decode(proof["request"])["retain"] == {"reference": answer.lead_id, "vendor": "acme"}
        assert "tf-key-3344" not in plain.decode()
        assert base64.b64encode(b"API:tf-key-3344").decode() not in plain.decode()
        (line,) = post_lines(bidder, tmp_path)
        assert line.consultations[0].millicents == 25_000
        assert "check trustedform: certificate pass, match pass, retain pass (cost $0.25" in explain([line])
        assert "512" not in str(msgspec.json.encode(line.consultations))

    played(tmp_path, scene, check(post_millicents=25_000))


def _again(fakes: FakesAtHand) -> Any:
    sent = fakes.sent[0]
    return FakeRequest(method="POST", path=sent.url.rpartition("/")[2], headers=sent.headers, body=sent.body)


@pytest.mark.parametrize(
    ("scenario", "code"),
    [("no_match", "consent_invalid"), ("unpaid", "unverified"), ("claimed", "certificate_reused")],
)
def test_a_lead_that_is_not_proven_is_refused(tmp_path: Path, scenario: str, code: str) -> None:
    async def scene(bidder: Bidder, _fakes: FakesAtHand) -> None:
        answer = await bought(bidder, scenario)
        assert (answer.status, answer.reason_code) == ("rejected", code)

    played(tmp_path, scene, check())


def test_who_opted_out_with_the_provider_is_never_bought_again(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, _fakes: FakesAtHand) -> None:
        token: dict[str, Any] = {"leadid_token": leadid_token("opted_out"), "trustedform_cert_url": ""}
        first = await sell(bidder, ask(bidder, **token).ping_id, **token)
        assert first.reason_code == "suppressed"
        other: dict[str, Any] = {
            "leadid_token": leadid_token("good"),
            "trustedform_cert_url": "",
            "seller_lead_id": "other",
        }
        assert (await sell(bidder, ask(bidder, **other).ping_id, **other)).reason_code == "suppressed"

    played(tmp_path, scene, check("leadid"))


def test_a_ping_is_priced_by_what_its_provider_says_and_decided_again_from_its_line(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        prices: dict[str, int] = {}
        for scenario in ("good", "null_property", "hang"):
            prices[scenario] = (await asked_about(bidder, scenario)).bids[0].price_cents
        assert prices["null_property"] == prices["hang"] < prices["good"]
        refused = await asked_about(bidder, "bot")
        assert (refused.bids, refused.reason_code) == ((), "suspected_fraud")
        assert len(fakes.sent) == 4
        lines = [line for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)]
        assert [redecide(line, bidder.catalogue) for line in lines] == [line.decision for line in lines]

    played(tmp_path, scene, check(on=("ping",), rules=RULES, on_unknown=TOLERANT))


def test_a_ping_that_is_worth_little_or_a_repeat_is_not_asked_about(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        bid = (await asked_about(bidder, "good")).bids[0]
        assert len(fakes.sent) == 1
        assert (await asked_about(bidder, "good")).bids[0] == bid
        assert len(fakes.sent) == 1
        dear = replace(bidder.catalogue.checks[0], min_bid_cents=bid.price_cents + 1)
        bidder.catalogue = replace(bidder.catalogue, checks=(dear,))
        assert (await asked_about(bidder, "bot")).bids
        assert len(fakes.sent) == 1

    played(tmp_path, scene, check(on=("ping",), rules=RULES, on_unknown=TOLERANT))


def test_what_a_post_will_cost_to_check_lowers_the_bid(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, _fakes: FakesAtHand) -> None:
        dear = ask(bidder, trustedform_cert_url=url("good"))
        line = journaled(bidder, tmp_path)[0]
        assert "cost of check trustedform" in explain([line])
        bidder.catalogue = replace(bidder.catalogue, checks=())
        free = ask(bidder, trustedform_cert_url=url("no_match"), seller_lead_id="other")
        assert dear.bids[0].price_cents < free.bids[0].price_cents

    played(tmp_path, scene, check(post_millicents=500_000))


def test_a_certificate_that_could_not_be_stored_is_stored_after_the_sale(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        fakes.trouble = "timeout"
        answer = await bought(bidder)
        assert answer.status == "accepted"
        worker = RetainWorker(bidder, "one")
        assert await worker.retain_due(NOW + 2, lambda: 0.0) == 1
        assert await bidder.store.retains() == {"pending": 1}
        fakes.trouble = ""
        assert await worker.retain_due(NOW + 3, lambda: 0.0) == 0
        assert await worker.retain_due(NOW + 60, lambda: 0.0) == 1
        assert await bidder.store.retains() == {"stored": 1}
        fake = fakes.fakes.fakes["trustedform"]
        assert isinstance(fake, FakeTrustedForm)
        assert fake.retained == {certificate_id(): {"reference": answer.lead_id, "vendor": "acme"}}
        kinds = set(await bidder.store.sealed_evidence(answer.lead_id))
        assert {"retain trustedform 1", "retain trustedform 2"} <= kinds
        results = [line.result for line in journaled(bidder, tmp_path) if isinstance(line, RetainLine)]
        assert results == ["stored"]

    played(tmp_path, scene, check(on_unknown=TOLERANT))


def test_with_after_sale_only_bought_leads_are_stored(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        assert (await bought(bidder, "no_match")).status == "rejected"
        assert await bidder.store.retains() == {}
        assert (await bought(bidder)).status == "accepted"
        fake = fakes.fakes.fakes["trustedform"]
        assert isinstance(fake, FakeTrustedForm)
        assert fake.retained == {}
        await RetainWorker(bidder, "one").retain_due(NOW + 1, lambda: 0.0)
        assert set(fake.retained) == {certificate_id()}

    played(tmp_path, scene, check(trustedform=TrustedFormTerms(retain="after_sale")))


def test_a_certificate_that_nobody_stores_is_warned_of_once_and_then_lost(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        fakes.trouble = "timeout"
        await bought(bidder)
        worker, deadline_at = RetainWorker(bidder, "one"), NOW - 3_600.0 + AVAILABLE_S
        for now in (NOW + 10, deadline_at - 3_600.0, deadline_at - 60.0, deadline_at, deadline_at + 9_999.0):
            await worker.retain_due(now, lambda: 0.0)
        results = [line.result for line in journaled(bidder, tmp_path) if isinstance(line, RetainLine)]
        assert results == ["late", "lost"]
        assert await bidder.store.retains() == {"lost": 1}

    played(tmp_path, scene, check(on_unknown=TOLERANT))


def test_what_a_dead_process_held_is_stored_by_the_next_and_its_own_report_changes_nothing(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        fakes.trouble = "timeout"
        await bought(bidder)
        fakes.trouble = ""
        (held,) = await bidder.store.claim_retains("dead", NOW + 10, 9, 60.0)
        worker = RetainWorker(bidder, "alive")
        assert await worker.retain_due(NOW + 11, lambda: 0.0) == 0
        await bidder.store.take_over_claims(NOW + 12)
        assert await worker.retain_due(NOW + 12, lambda: 0.0) == 1
        late = await RetainWorker(bidder, "dead")._try(held, NOW + 13, 0.0)
        assert not await bidder.store.settle_retain(late)
        assert await bidder.store.retains() == {"stored": 1}

    played(tmp_path, scene, check(on_unknown=TOLERANT))


def test_a_certificate_lives_as_its_provider_says_or_as_long_as_they_usually_do() -> None:
    assert deadline_of(NOW + 5.0, NOW, NOW) == NOW + 5.0
    assert deadline_of(None, NOW - 60.0, NOW) == NOW - 60.0 + AVAILABLE_S
    assert deadline_of(None, NOW - AVAILABLE_S - 1.0, NOW) == NOW - AVAILABLE_S - 1.0 + EXTENDED_S
    assert deadline_of(None, None, NOW) == NOW + AVAILABLE_S
    assert [next_try(attempt, NOW, 0.0, NOW + 7.0) for attempt in (1, 2)] == [NOW + 5.0, NOW + 7.0]
    assert next_try(3, NOW + 7.0, 0.0, NOW + 7.0) is None
    assert is_late(NOW + 10.0, NOW, NOW + 12.0)
    assert not is_late(NOW, NOW, NOW + 12.0)


def test_a_ping_whose_provider_hangs_is_answered_in_its_time_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So much of its time is left for the answer itself, which on a busy machine takes more than the usual 30 ms.
    monkeypatch.setattr("app.usecases.checks.gather_checks.ANSWER_S", 2.5)

    async def hang(_request: OutboundRequest) -> OutboundAnswer:
        await asyncio.sleep(60.0)
        raise AssertionError("nobody waits that long")

    async def scene(bidder: Bidder, _fakes: FakesAtHand) -> None:
        bidder.providers = ProviderClient(hang, lambda: SECRETS)
        bidder.steady = time.monotonic
        intake = Intake(bidder, lambda: NOW, time.monotonic)

        def raw(**lead: Any) -> RawRequest:
            fields = {"vertical": "solar", "zip": "78701", "created_at": NOW - 60, "roof": "tile", **lead}
            headers = [(b"x-api-key", b"acme-key"), (b"content-type", b"application/json")]
            scope = {"type": "http", "method": "POST", "path": "/v1/ping", "query_string": b"", "headers": headers}
            return intake.request({**scope, "client": ("127.0.0.1", 1)}, msgspec.json.encode(fields))

        started = time.monotonic()
        waiting, plain = intake.answers(
            [raw(trustedform_cert_url=url(), deadline_ms=3_000), raw(leadid_token=leadid_token(), deadline_ms=3_000)]
        )
        assert isinstance(plain, HttpAnswer)
        assert b'"accepted"' in plain.body
        assert not isinstance(waiting, HttpAnswer)
        answer = await waiting()
        assert b'"accepted"' in answer.body
        assert time.monotonic() - started < 5.0

    played(tmp_path, scene, check(on=("ping",), rules=RULES, on_unknown=TOLERANT))


async def asked_from(bidder: Bidder, address: str) -> PingAnswer:
    """The answer to the ping of a consumer at this address."""
    seller = next(iter(bidder.catalogue.sellers.values()))
    asked = what_is_asked(bidder, seller, ping(seller_lead_id=address.rpartition(".")[2]), NOW, 0.0)
    assert isinstance(asked, Asked)
    asked, checks = checks_of_ping(bidder, replace(asked, traces=PingTraces(ip_address=address)))
    return answer_ping(bidder, await consult_on_ping(bidder, asked, checks, 1.0) if checks else asked, ())


def address_for(scenario: str) -> str:
    return f"203.0.113.{ipqs.NAMES.index(scenario) + 1}"


ABUSE = AnswerRule(property="fraud_score", op="at_most", value=89, code="suspected_fraud")
SCORE = check(
    "http",
    url="https://fakes.example/ipqs/api/json/ip/{secret}/{ip_address}",
    on=("ping",),
    http=HttpTerms(auth="path", answered=(AnswerRule(property="success", op="is", value=True),)),
    facts=(CheckFact(name="ip_score", property="fraud_score"),),
)


def test_a_fact_of_a_provider_is_read_by_filters_written_to_the_journal_and_decided_again(tmp_path: Path) -> None:
    filters = (Filter(field="ip_score", op="at_most", value=70),)

    async def scene(bidder: Bidder) -> None:
        bidder.providers = FakesAtHand().client()
        assert (await asked_from(bidder, address_for("good"))).bids
        assert (await asked_from(bidder, address_for("suspicious"))).reason_code == "filtered"
        # Of one that nobody knows anything the filter says what becomes: it is refused, as of any missing field.
        assert (await asked_from(bidder, address_for("broken"))).reason_code == "filtered"
        lines = [line for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)]
        assert [line.known.consultations[0].facts for line in lines] == [{"ip_score": 12.0}, {"ip_score": 80.0}, {}]
        assert [redecide(line, bidder.catalogue) for line in lines] == [line.decision for line in lines]
        assert "ip_score = 12.0" in explain(lines[:1])
        assert address_for("good") not in str(msgspec.json.encode(lines))

    at_bidder(tmp_path, scene, catalogue(campaigns=[campaign(filters=filters)], checks=(SCORE,)))


def test_a_litigator_is_refused_for_good_and_a_seller_hears_no_more_than_of_anybody_suppressed(tmp_path: Path) -> None:
    phone = phone_for(dncscrub.NAMES, "litigator")

    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        lead: dict[str, Any] = {"trustedform_cert_url": url(), "seller_lead_id": "sues"}
        bid = ask(bidder, **lead).ping_id
        for _ in range(2):
            answer = await sell(bidder, bid, contact={"phone": phone}, **lead)
            assert (answer.status, answer.reason_code) == ("rejected", "suppressed")
            assert answer.reason == "we may not contact this person"
        assert len(fakes.sent) == 1
        first, again = post_lines(bidder, tmp_path)
        assert (first.reason_code, again.reason_code) == ("litigator", "litigator")

    played(tmp_path, scene, check("dncscrub"))


def test_a_bought_lead_tells_the_crm_when_it_may_be_called(tmp_path: Path) -> None:
    async def scene(bidder: Bidder, _fakes: FakesAtHand) -> None:
        answer = await bought(bidder)
        lead = await bidder.store.lead(answer.lead_id)
        assert lead is not None
        told = msgspec.json.decode(bidder.vault.open(lead.identity, answer.lead_id))["calling"]
        assert told["callable_from"] < told["callable_until"]
        assert told["basis"] == "area_code"

    played(tmp_path, scene)


def test_what_a_seller_sends_of_its_consumer_is_told_to_the_provider_and_kept_nowhere(tmp_path: Path) -> None:
    address, hashed = address_for("abusive"), hashlib.md5(b"5124612234", usedforsecurity=False).hexdigest()
    sent = {"a": "ip_address", "p": "phone_md5", "z": "zip"}
    asked = replace(SCORE, http=replace(SCORE.http, send=sent), rules=(ABUSE,))

    async def scene(bidder: Bidder, fakes: FakesAtHand) -> None:
        bidder.steady = time.monotonic
        intake = Intake(bidder, lambda: NOW, time.monotonic)
        lead = {"vertical": "solar", "zip": "78701", "created_at": NOW - 60, "roof": "tile", "deadline_ms": 2_000}
        lead |= {"trustedform_cert_url": url(), "ip_address": address, "phone_hash": hashed}
        headers = [(b"x-api-key", b"acme-key"), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/v1/ping", "query_string": b"", "headers": headers}
        (waiting,) = intake.answers([intake.request({**scope, "client": ("127.0.0.1", 1)}, msgspec.json.encode(lead))])
        assert not isinstance(waiting, HttpAnswer)
        assert b"suspected_fraud" in (await waiting()).body
        assert f"/{address}?" in fakes.sent[0].url
        assert f"p={hashed}&z=78701" in fakes.sent[0].url
        written = str(msgspec.json.encode(journaled(bidder, tmp_path)))
        assert "ip_score" in written
        assert not [text for text in (address, hashed) if text in written]

    played(tmp_path, scene, asked)
