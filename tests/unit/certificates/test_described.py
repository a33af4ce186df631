"""Providers that the buyer describes: what they are told, and what is made of the answers of two real ones."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from msgspec.structs import replace

from app.certificates.provider_client import Consulted
from app.config.load import LoadedConfig, load
from app.config.presets import check_presets
from app.domain.checks.check import Check
from app.domain.checks.http_terms import CheckFact, HttpTerms
from app.domain.checks.rule import AnswerRule
from app.domain.checks.verdict import failures, price_cut, unsettled
from app.mock_providers import ipqs, trestle
from app.mock_providers.fake import phone_for
from tests.build import NOW, contact
from tests.providers import SECRETS, FakesAtHand, check, said, subject
from tests.table import each_row
from tests.unit.config.test_presets import FILE

BOUGHT, AGAIN = "bought", "unverified"


def preset(tmp_path: Path, name: str, more: str = "") -> Check:
    """The check that this preset makes, at the fakes."""
    path = tmp_path / "buyer.toml"
    own = f'\n[[checks]]\nname = "score"\npreset = "{name}"\nsecret = "env:KEY"\n{more}\n'
    end = 'url = "https://crm.example/leads"\n'
    path.write_text(FILE.replace("{key}", "a" * 64) + end + own)
    read = load(path, environ={"KEY": "k"})
    assert isinstance(read, LoadedConfig), "\n".join(map(str, read))
    (declared,) = read.declared.checks
    host = declared.url.removeprefix("https://").partition("/")[0]
    fake = "trestle" if "trestle" in host else "ipqs"
    return replace(declared, url=declared.url.replace(host, f"fakes.example/{fake}"), secret="env:LAC")


def consult(asked: Check, fakes: FakesAtHand | None = None, **lead: Any) -> Consulted:
    return asyncio.run((fakes or FakesAtHand()).client().consult(asked, subject(**lead), 1.0, NOW))


def decision(consulted: Consulted) -> str:
    refusals, open_question = failures([consulted.consultation]), unsettled([consulted.consultation])
    return refusals[0].code if refusals else open_question.refusal.code if open_question is not None else BOUGHT


TRESTLE = {
    "active": BOUGHT,
    "quiet": BOUGHT,
    "disconnected": "suspected_fraud",
    "not_a_number": "invalid_contact",
    "no_score": BOUGHT,
    "litigator": BOUGHT,
}


@pytest.mark.parametrize("name", ["trestle-phone", "trestle-contact"])
@pytest.mark.parametrize("scenario", trestle.NAMES)
def test_each_answer_of_trestle_gives_its_decision(tmp_path: Path, name: str, scenario: str) -> None:
    asked = preset(tmp_path, name, 'on_unknown = { answer = "refuse" }')
    # Whatever else it answers is an error, half an answer among them.
    assert decision(consult(asked, phone=phone_for(trestle.NAMES, scenario))) == TRESTLE.get(scenario, AGAIN)


def test_an_add_on_of_trestle_is_asked_for_and_read(tmp_path: Path) -> None:
    more = """
http = { constants = { add_ons = "litigator_checks" } }
rules = [{ property = "add_ons.litigator_checks.phone.is_litigator_risk", is = false, code = "litigator" }]
"""
    asked = preset(tmp_path, "trestle-contact", more)
    assert decision(consult(asked, phone=phone_for(trestle.NAMES, "litigator"))) == "litigator"
    assert decision(consult(asked, phone=phone_for(trestle.NAMES, "active"))) == BOUGHT


IPQS = {
    "good": BOUGHT,
    "suspicious": BOUGHT,
    "abusive": "suspected_fraud",
    "not_valid": "invalid_contact",
    "proxy": BOUGHT,
}


@pytest.mark.parametrize("scenario", ipqs.NAMES)
def test_each_answer_of_ipqs_gives_its_decision(tmp_path: Path, scenario: str) -> None:
    asked = preset(tmp_path, "ipqs-phone", 'on_unknown = { answer = "refuse" }')
    assert decision(consult(asked, phone=phone_for(ipqs.NAMES, scenario))) == IPQS.get(scenario, AGAIN)


def test_a_failure_with_200_about_our_account_stops_the_asking_and_one_about_a_lead_does_not(tmp_path: Path) -> None:
    asked, fakes = preset(tmp_path, "ipqs-phone"), FakesAtHand()
    client = fakes.client()

    async def ask(scenario: str) -> None:
        await client.consult(asked, subject(phone=phone_for(ipqs.NAMES, scenario)), 1.0, NOW)

    for scenario, sent in (("unreadable", 1), ("good", 2), ("no_credits", 3), ("suspicious", 3)):
        asyncio.run(ask(scenario))
        assert len(fakes.sent) == sent, scenario


def test_an_address_scores_a_ping_cuts_its_price_and_tells_a_fact(tmp_path: Path) -> None:
    asked = preset(tmp_path, "ipqs-ip")
    place = ipqs.NAMES.index("proxy") + 1
    ping: dict[str, Any] = {
        "stage": "ping",
        "phone": "",
        "email": "",
        "contact": contact(),
        "ip_address": f"203.0.113.{place}",
    }
    consulted = consult(asked, **ping)
    assert consulted.consultation.facts == {"ip_fraud_score": 75.0}
    assert price_cut([consulted.consultation]) == 0.2
    assert said(consulted.consultation) == {"answer": ("pass",)}
    assert consulted.consultation.verdicts[0].note == "proxy"
    assert not FakesAtHand().client().has_questions(asked, subject(stage="ping", ip_address=""))


def test_every_preset_makes_a_check_without_a_warning_of_its_own(tmp_path: Path) -> None:
    assert [*check_presets()] == ["ipqs-ip", "ipqs-phone", "trestle-contact", "trestle-phone"]
    for name in check_presets():
        assert preset(tmp_path, name).provider == "http"


WHOLE = HttpTerms(
    method="POST",
    encoding="json",
    send={"person.phone": "phone_e164", "person.mail": "email_sha256", "zip": "zip", "ip": "ip_address"},
    constants={"v": "2"},
    auth="header",
    auth_name="X-Key",
)


def test_a_request_is_sent_as_it_is_declared() -> None:
    fakes = FakesAtHand()
    asked = check("http", url="https://fakes.example/x/{state}", http=WHOLE)
    consult(asked, fakes, contact=contact(state="TX", zip="78701"))
    (sent,) = fakes.sent
    body = msgspec.json.decode(sent.body)
    assert (sent.method, sent.url, sent.headers["x-key"]) == ("POST", "https://fakes.example/x/TX", SECRETS["env:LAC"])
    assert body["person"]["phone"] == "+15124612234"
    assert len(body["person"]["mail"]) == 64
    assert (body["zip"], body["v"], "ip" in body) == ("78701", "2", False)


@each_row(
    ("auth", "name", "where"),
    [
        ("bearer", "", "Bearer lac-5566"),
        ("basic", "acme", "Basic YWNtZTpsYWMtNTU2Ng=="),
        ("query", "token", "token=lac-5566"),
        ("path", "", "/k/lac-5566"),
    ],
)
def test_the_secret_travels_as_declared_and_stands_in_no_evidence(auth: Any, name: str, where: str) -> None:
    fakes = FakesAtHand()
    terms = HttpTerms(send={"phone": "phone"}, auth=auth, auth_name=name)
    url = "https://fakes.example/k/{secret}" if auth == "path" else "https://fakes.example/k"
    consulted = consult(check("http", url=url, http=terms), fakes)
    (sent,) = fakes.sent
    assert where in f"{sent.url} {sent.headers.get('authorization', '')}"
    (exchange,) = consulted.exchanges
    assert "lac-5566" not in unquote(f"{exchange.url} {exchange.request_headers}")


def test_a_secret_that_an_address_spells_in_another_way_stands_in_no_evidence_either() -> None:
    secret = "a+b/c=="
    terms = HttpTerms(send={"phone": "phone"}, auth="query", auth_name="key")
    client = FakesAtHand().client()
    client._secrets = lambda: {"env:LAC": secret}
    asked = check("http", url="https://fakes.example/k", http=terms)
    (exchange,) = asyncio.run(client.consult(asked, subject(), 1.0, NOW)).exchanges
    assert secret not in unquote(exchange.url)


@each_row(
    ("path", "value"),
    [("a.b", 1), ("list.0.c", 2), ("list.1.c", None), ("x.y.z", 3), ("gone", None), ("a.b.c", None)],
)
def test_a_property_may_lie_in_tables_lists_and_keys_with_dots(path: str, value: object) -> None:
    rule = AnswerRule(property=path, op="is", value=value if isinstance(value, int) else 0)
    answer = {"a": {"b": 1}, "list": [{"c": 2}], "x.y": {"z": 3}}
    assert rule.judge(answer) == ("pass" if value is not None else "unknown")


@pytest.mark.parametrize(
    ("fact", "found"),
    [
        (CheckFact(name="f", property="valid", type="boolean"), {"f": True}),
        (CheckFact(name="f", property="fraud_score"), {"f": 12.0}),
        (CheckFact(name="f", property="line_type", type="choice", values=("wireless", "voip")), {"f": "wireless"}),
        (CheckFact(name="f", property="name", type="choice", values=("wireless",)), {}),
        (CheckFact(name="f", property="line_type"), {}),
        (CheckFact(name="f", property="gone"), {}),
    ],
)
def test_a_fact_is_of_its_type_or_absent(tmp_path: Path, fact: CheckFact, found: dict[str, Any]) -> None:
    asked = replace(preset(tmp_path, "ipqs-phone"), facts=(fact,))
    assert consult(asked, phone=phone_for(ipqs.NAMES, "good")).consultation.facts == found
