"""Packs the signed archive of one lead, which may be named by whose it is."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.cli.by_user import by_user
from app.cli.people.installation_keys import settings_of
from app.private_files import write_new
from app.settings import evidence_key, read_keys
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.archive import fingerprint, public_key
from app.usecases.people.evidence import VERIFY
from app.usecases.people.pack import pack_evidence
from app.usecases.people.who import leads_of, read_who


async def pack(store: Store, args: argparse.Namespace) -> int:
    """0 where the archive is there, whole and signed; 1 without a lead, or where proof of it does not hold."""
    settings = settings_of(args)
    keys = read_keys(settings)
    ids = await leads_of(store, read_who(args.lead, keys.index))
    made: list[Path] = []

    def seed() -> bytes:
        key, path = evidence_key(settings, os.urandom)
        made.extend([path] if path is not None else [])
        return key

    vault = Vault(keys.sealing, keys.sealing_id, os.urandom)
    packed = (
        await pack_evidence(store, settings.journal, vault, seed, ids[0], by_user(), time.time())
        if len(ids) == 1
        else None
    )
    if packed is None:
        print(_not_one(args.lead, ids), file=sys.stderr)
        return 1
    _write(args.out, packed.archive)
    pem = public_key(seed())
    if made:
        print(f"made {made[0]}: archives are signed with it from now on; keep a copy")
    print(f"{args.out}  {len(packed.archive):,} bytes, lead {packed.lead_id}")
    print(f"\npublic key (SHA-256 of its file {fingerprint(pem)}):\n{pem.decode()}")
    print(f"unpack it, and check it in its folder:\n  sha256sum -c SHA256SUMS\n  {VERIFY}")
    for trouble in packed.trouble:
        print(trouble, file=sys.stderr)
    return 1 if packed.trouble else 0


def _not_one(name: str, ids: Sequence[str]) -> str:
    if not ids:
        return f"no lead {name}: `leadbid leads find` finds it by phone, email or any id"
    return f"{len(ids)} leads are meant by {name}: name one of {', '.join(ids)}"


def _write(out: Path, archive: bytes) -> None:
    """The file is whole or not there, and private."""
    fresh = out.with_name(f".{out.name}.unfinished")
    with write_new(fresh) as file:
        file.write(archive)
    fresh.replace(out)
