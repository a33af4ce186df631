"""What is wrong with a made-up lead is what the demo's checks find, and nothing else is."""

import asyncio
import shutil
from pathlib import Path

import pytest

from app.certificates.provider import Subject
from app.certificates.provider_client import ProviderClient
from app.cli.day.business_day import point_at
from app.cli.service.flawed_leads import CERTIFICATES, PHONES, as_fakes_know
from app.config.load import LoadedConfig, load
from app.domain.checks.verdict import Consultation, failures, price_cut, unsettled
from app.domain.consent.certificate import read_trustedform
from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import Consumer, consumer
from app.mock_exchange.market.setup import Flaws
from app.mock_providers.fake import ASKING_LINES
from app.packaged import DEMO
from tests.build import NOW
from tests.providers import FakesAtHand


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> LoadedConfig:
    """The demo's configuration as its day has it."""
    folder = Path(shutil.copytree(DEMO, tmp_path_factory.mktemp("demo") / "config"))
    point_at(folder / "buyer.toml", "http://127.0.0.1:1", "http://127.0.0.1:2")
    read = load(folder / "buyer.toml", environ={})
    assert isinstance(read, LoadedConfig), read
    return read


def checked(declared: LoadedConfig, who: Consumer) -> list[Consultation]:
    """What the providers say of its post."""
    client = ProviderClient(FakesAtHand().send, lambda: declared.declared.secrets, steady=lambda: NOW)
    subject = Subject(
        stage="post",
        seller="acme",
        trustedform=read_trustedform(who.trustedform_cert_url),
        phone=who.phone,
        email=who.email,
        reference="lead-1",
    )

    async def all_of_them() -> list[Consultation]:
        return [(await client.consult(check, subject, 1.0, NOW)).consultation for check in declared.declared.checks]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize(
    ("flaw", "codes"),
    [
        ("", []),
        ("bot", ["suspected_fraud"]),
        ("pasted", []),
        ("stale", ["consent_expired"]),
        ("mismatched", ["consent_invalid"]),
        ("forged", ["consent_invalid"]),
        ("unanswered", []),
        ("litigator", ["litigator"]),
        ("disconnected", ["suspected_fraud"]),
    ],
)
def test_a_flaw_is_found_as_what_it_is(declared: LoadedConfig, flaw: str, codes: list[str]) -> None:
    said = checked(declared, as_fakes_know(consumer(1, 7), flaw))
    assert sorted({each.code for each in failures(said)}) == codes
    assert (unsettled(said) is not None) == (flaw == "unanswered")
    assert (price_cut(said) > 0.0) == (flaw in ("pasted", "unanswered"))


def test_no_lead_has_a_flaw_by_chance(declared: LoadedConfig) -> None:
    people = [consumer(1, number) for number in range(1, 3_000)]
    by_chance = [who for who in people if int(who.phone[-4:]) in ASKING_LINES]
    assert len(by_chance) > 5
    for who in by_chance[:6]:
        said = checked(declared, as_fakes_know(who, ""))
        assert failures(said) == []
        assert unsettled(said) is None


def test_every_flaw_of_a_market_is_one_that_the_fakes_know() -> None:
    assert set(Flaws.__struct_fields__) == {*CERTIFICATES, *PHONES}


def test_flaws_come_at_their_rates_and_one_at_a_time() -> None:
    flaws = Flaws(bot=0.1, litigator=0.3)
    found = [flaws.of(chance_of(1, "flaw", number)) for number in range(2_000)]
    assert found.count("bot") == pytest.approx(200, rel=0.2)
    assert found.count("litigator") == pytest.approx(600, rel=0.15)
    assert set(found) == {"", "bot", "litigator"}
