"""Commands list, rotate, reseal and retire keys, and keep what is still needed."""

import asyncio
import os
import re
import secrets
import time
from collections import deque
from itertools import count
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from app.cli import main
from app.mock_exchange.consumers import Consumer
from app.settings import Settings, load_keys, read_keys
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.evidence import opened
from tests.integration.store.world import a_sale, refused
from tests.market import demo_with_crm, ping, post, someone, wait_for_leads
from tests.service import serve

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, data: Path, *words: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(["keys", *words, "--data", str(data)]) == status
    printed = capsys.readouterr()
    return printed.out + printed.err


async def _sold(settings: Settings) -> None:
    keys, _ = load_keys(settings, secrets.token_bytes)
    vault = Vault(keys.sealing, keys.sealing_id, secrets.token_bytes)
    store = Store(settings.database)
    await store.open()
    await store.take_keys(keys)
    for number in range(5):
        sale = a_sale(number)
        sealed = vault.seal(b"somebody", sale.lead_id)
        pieces = tuple(
            replace(piece, sealed=vault.seal(b"proof", f"{sale.lead_id}/{piece.kind}")) for piece in sale.evidence
        )
        await store.sell(replace(sale, identity=sealed, evidence=pieces), refused)
    await store.close()


def test_a_sealing_key_is_rotated_until_nothing_needs_the_old_one(tmp_path: Path, capsys: Capture) -> None:
    settings = Settings(config=tmp_path / "buyer.toml", data=tmp_path)
    asyncio.run(_sold(settings))
    assert "is in use: `leadbid keys rotate sealing`" in told(capsys, tmp_path, "retire", "sealing-1", status=1)
    assert "Made" in told(capsys, tmp_path, "rotate", "sealing", "--why", "yearly")
    assert re.search("may live for [0-9]+ more seconds", told(capsys, tmp_path, "retire", "sealing-1", status=1))
    long_ago = time.time() - 86_400.0
    os.utime(tmp_path / "keys" / "sealing-2.key", (long_ago, long_ago))
    assert "`leadbid keys reseal` first" in told(capsys, tmp_path, "retire", "sealing-1", status=1)
    assert re.search(r"sealing-1 .* opens what it made +5 +15", told(capsys, tmp_path, "list"))
    assert told(capsys, tmp_path, "reseal").startswith("20 identities and pieces of evidence")
    assert told(capsys, tmp_path, "reseal").startswith("0 identities")
    assert "retired/sealing-1.key" in told(capsys, tmp_path, "retire", "sealing-1")
    assert set(read_keys(settings).sealing) == {"2"}
    assert "sealing-1" not in told(capsys, tmp_path, "list")


def test_what_cannot_be_rotated_or_retired_is_said(tmp_path: Path, capsys: Capture) -> None:
    asyncio.run(_sold(Settings(config=tmp_path / "buyer.toml", data=tmp_path)))
    assert "cannot be rotated" in told(capsys, tmp_path, "rotate", "index", status=1)
    assert "cannot be rotated" in told(capsys, tmp_path, "retire", "index", status=1)
    assert "there is no key 'sealing-7'" in told(capsys, tmp_path, "retire", "sealing-7", status=1)
    (tmp_path / "keys" / "signing-9.key").write_text("zz\n")
    assert "signing-9.key holds no key" in told(capsys, tmp_path, "rotate", "signing", status=1)


@pytest.mark.long
def test_keys_are_rotated_resealed_and_retired_while_posts_flow_and_nothing_is_lost(
    tmp_path: Path, capsys: Capture
) -> None:
    data, waits, bought, refused_as = tmp_path / "data", deque[tuple[float, Consumer, str]](), list[str](), list[str]()
    with (
        demo_with_crm(tmp_path / "config") as (config, receiver),
        serve(config, data) as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        numbers = count(1)

        def flow(seconds: float) -> None:
            """Ping ten times a second; post each bid some seconds later, so that many are posted under another key."""
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                who = someone(next(numbers))
                answer = ping(http, who)
                if answer["status"] == "accepted":
                    waits.append((time.monotonic() + 4.0, who, answer["ping_id"]))
                settle()
                time.sleep(0.1)

        def settle(*, at_once: bool = False) -> None:
            while waits and (at_once or waits[0][0] <= time.monotonic()):
                _, who, ping_id = waits.popleft()
                said = post(http, who, ping_id).json()
                (bought if said["status"] == "accepted" else refused_as).append(said["lead_id"] or said["reason_code"])

        def in_use() -> tuple[int, str]:
            keys = service.application.background.bidder.keys if service.application.background is not None else None
            assert keys is not None
            return keys.signing_id, keys.sealing_id

        flow(5.0)
        for kind in ("signing", "sealing"):
            assert "Made" in told(capsys, data, "rotate", kind, "--why", "yearly")
        assert in_use() == (1, "1")
        while in_use() != (2, "2"):
            flow(1.0)
        # Bids of the old key are posted while leads are sealed anew.
        told(capsys, data, "reseal")
        flow(6.0)
        settle(at_once=True)
        long_ago = time.time() - 86_400.0
        for kind in ("signing", "sealing"):
            os.utime(data / "keys" / f"{kind}-2.key", (long_ago, long_ago))
            assert "Moved" in told(capsys, data, "retire", f"{kind}-1")
        flow(6.0)
        settle(at_once=True)
        assert refused_as == []
        assert len(bought) > 100
        assert not wait_for_leads(receiver, set(bought))
        keys = read_keys(service.settings)
        assert (set(keys.signing), set(keys.sealing)) == ({2}, {"2"})
    assert asyncio.run(_read(service.settings)) == sorted(bought)


async def _read(settings: Settings) -> list[str]:
    """Every lead whose person and evidence can be read with the keys that lie there."""
    keys = read_keys(settings)
    vault = Vault(keys.sealing, keys.sealing_id, secrets.token_bytes)
    store, whole = Store(settings.database), list[str]()
    await store.open()
    for line in await store.bought_leads_of("acme", 0.0, time.time() + 60.0):
        record = await store.lead_record(line.lead_id)
        assert record is not None
        seen = opened(record, await store.sealed_evidence(line.lead_id), vault)
        assert (seen.trouble, len(seen.evidence)) == ((), 3)
        whole.append(line.lead_id)
    await store.close()
    return sorted(whole)
