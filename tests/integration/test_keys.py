"""Commands list, rotate, reseal and retire keys, and keep what is still needed."""

import asyncio
import os
import re
import secrets
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.cli import main
from app.settings import Settings, load_keys, read_keys
from app.store.store import Store
from app.store.vault import Vault
from tests.integration.store.world import a_sale, refused

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
