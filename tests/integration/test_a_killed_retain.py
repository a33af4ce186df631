"""`kill -9` while certificates are stored: each is stored for its own lead, and none is left out."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from app.certificates.provider_client import ProviderClient
from app.domain.catalogue import Catalogue
from app.domain.checks.check import TrustedFormTerms
from app.mock_providers.fake import FakeAnswer, FakeRequest
from app.mock_providers.server import FakeProviders
from app.mock_providers.trustedform import FakeTrustedForm
from app.outbound.sender import Sender
from app.usecases.bidder import Bidder
from app.usecases.checks.gather_checks import post_collectors
from app.usecases.checks.retain_certificates import RetainWorker
from tests.bidder import NOW, ask, open_bidder, sell
from tests.build import catalogue
from tests.integration.store.world import count
from tests.loopback_server import serving
from tests.providers import SECRETS, FakesAtHand, check
from tests.service import ROOT

LEADS, ANSWERED = 12, 4
_WORKER = """
import asyncio, sys
from pathlib import Path
from tests.integration.test_a_killed_retain import retain_all
asyncio.run(retain_all(Path(sys.argv[1]), int(sys.argv[2])))
"""


class _CountingTrustedForm(FakeTrustedForm):
    """Knows for which lead each certificate was stored, each time; after four it stores, and does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.stored: list[tuple[str, str]] = []
        self.hangs = True

    def answer(self, request: FakeRequest) -> FakeAnswer:
        said = super().answer(request)
        self.stored.append((request.path, msgspec.json.decode(request.body)["retain"]["reference"]))
        return replace(said, delay_s=60.0) if self.hangs and len(self.stored) > ANSWERED else said


def buying(port: int) -> Catalogue:
    """Every lead's certificate is stored after its sale."""
    after_sale = check(
        url=f"http://127.0.0.1:{port}/trustedform",
        private_hosts=("127.0.0.1",),
        trustedform=TrustedFormTerms(retain="after_sale"),
    )
    return catalogue(checks=(after_sale,))


async def retain_all(folder: Path, port: int, owner: str = "first") -> dict[str, int]:
    """Store what waits in this folder with the provider on this port; what there is of each status then."""
    async with open_bidder(folder, buying(port)) as bidder:
        sender = Sender()
        bidder.providers = ProviderClient(sender.send, lambda: SECRETS)
        await bidder.store.take_over_claims(NOW + 60.0)
        await RetainWorker(bidder, owner).retain_due(NOW + 60.0, lambda: 0.0)
        await sender.aclose()
        return await bidder.store.retains()


async def _sold(folder: Path) -> dict[str, str]:
    """Certificate by lead, of leads that were sold."""
    async with open_bidder(folder, buying(1)) as bidder:
        bidder.providers = FakesAtHand().client()
        bidder.post_collectors = post_collectors(bidder)
        return dict([await _one_sold(bidder, number) for number in range(LEADS)])


async def _one_sold(bidder: Bidder, number: int) -> tuple[str, str]:
    certificate = f"{number:036x}f001"
    lead: dict[str, Any] = {
        "trustedform_cert_url": f"https://cert.trustedform.com/{certificate}",
        "seller_lead_id": f"lead-{number}",
    }
    contact = {"phone": f"51246122{number:02}", "email": f"maria.{number}@gmail.com"}
    answer = await sell(bidder, ask(bidder, **lead).ping_id, contact=contact, **lead)
    assert answer.status == "accepted", answer
    return answer.lead_id, certificate


def test_each_certificate_is_stored_for_its_lead_whatever_dies_meanwhile(tmp_path: Path) -> None:
    async def scene() -> None:
        sold, fake = await _sold(tmp_path), _CountingTrustedForm()
        async with serving(FakeProviders({"trustedform": fake})) as port:
            await _killed_midway(tmp_path, port, fake)
            before = list(fake.stored)
            assert len(before) == LEADS
            fake.hangs = False
            assert await retain_all(tmp_path, port, "second") == {"stored": LEADS}
        pairs = {(certificate, lead_id) for lead_id, certificate in sold.items()}
        assert set(fake.stored) == pairs
        # What had been answered before the kill is not asked for again; what had not is, once.
        assert [fake.stored.count(pair) for pair in before] == [1] * ANSWERED + [2] * (LEADS - ANSWERED)
        async with open_bidder(tmp_path, buying(1)) as bidder:
            for lead_id in sold:
                kinds = [kind for kind in await bidder.store.sealed_evidence(lead_id) if kind.startswith("retain ")]
                assert len(kinds) == 1

    asyncio.run(scene())


async def _killed_midway(folder: Path, port: int, fake: _CountingTrustedForm) -> None:
    """A process that was killed while the provider had yet to answer some of what it had asked."""
    words = [sys.executable, "-c", _WORKER, str(folder), str(port)]
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    database = f"sqlite:///{folder / 'leadbid.db'}"
    try:
        async with asyncio.timeout(60.0):
            while len(fake.stored) < LEADS or count(database, "certificate_retain", "status = 'stored'") < ANSWERED:
                assert process.returncode is None, "it ended by itself"
                await asyncio.sleep(0.02)
    finally:
        process.kill()
        await process.wait()
