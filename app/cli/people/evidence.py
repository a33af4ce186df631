"""Packs the signed archive of one lead, which may be named by whose it is."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.cli.by_user import by_user
from app.cli.people.installation_keys import settings_of
from app.domain.operators.audit import OperatorAct
from app.journal.reader import find
from app.private_files import write_new
from app.settings import evidence_key, read_keys
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.archive import fingerprint, public_key, signed_archive
from app.usecases.people.evidence import VERIFY, evidence_files, opened
from app.usecases.people.who import leads_of, read_who


async def pack(store: Store, args: argparse.Namespace) -> int:
    """0 where the archive is there, whole and signed; 1 without a lead, or where proof of it does not hold."""
    settings = settings_of(args)
    keys = read_keys(settings)
    ids = await leads_of(store, read_who(args.lead, keys.index))
    record = await store.lead_record(ids[0]) if len(ids) == 1 else None
    if record is None:
        print(_not_one(args.lead, ids), file=sys.stderr)
        return 1
    vault = Vault(keys.sealing, keys.sealing_id, os.urandom)
    seen = opened(record, await store.sealed_evidence(record.lead.lead_id), vault)
    lines = find(settings.journal, record.lead.ping_id)
    seed, made = evidence_key(settings, os.urandom)
    archive = signed_archive(evidence_files(record, seen, lines), seed, record.lead.sold_at)
    # Whoever looks is written down before there is anything to look at.
    await store.note(
        OperatorAct(by=by_user(), action="pack evidence", target=record.lead.lead_id),
        time.time(),
    )
    _write(args.out, archive)
    pem = public_key(seed)
    if made is not None:
        print(f"made {made}: archives are signed with it from now on; keep a copy")
    print(f"{args.out}  {len(archive):,} bytes, lead {record.lead.lead_id}")
    print(f"\npublic key (SHA-256 of its file {fingerprint(pem)}):\n{pem.decode()}")
    print(f"unpack it, and check it in its folder:\n  sha256sum -c SHA256SUMS\n  {VERIFY}")
    for trouble in seen.trouble:
        print(trouble, file=sys.stderr)
    return 1 if seen.trouble else 0


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
