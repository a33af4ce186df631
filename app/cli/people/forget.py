"""Forgets a person everywhere, beside a running service: the sale's facts stay, and say nobody's name."""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

from app.cli.by_user import by_user
from app.cli.database import add_database, database_url, existing_store, run_with_store
from app.cli.people.installation_keys import add_keys, keys_of
from app.domain.keyed import Keys
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.settings import SettingsError, sole_use
from app.store.engine import connections
from app.store.errors import StoreError
from app.store.people.forgetting import HeldPerson, held_in_words
from app.store.people.wipe import wipe
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.forget import Forgotten, TooManyLinked, WholePerson, forget, subject_of
from app.usecases.people.who import NobodyNamed, read_who


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid forget PERSON [--why TEXT] [--only] [--dry-run] [--data DIR | --database URL]`."""
    parser.add_argument("person", help="a phone or an email in any form, a hash of one, or a lead_id")
    parser.add_argument("--why", default="", help="the reason, for the audit log")
    parser.add_argument("--only", action="store_true", help="leave out leads linked by a shared phone or email")
    parser.add_argument("--dry-run", action="store_true", help="only say whose leads would be forgotten")
    add_database(parser)
    add_keys(parser)


def run(args: argparse.Namespace) -> int:
    """0 where nothing of the person is held any more; 1 under legal hold, or where it cannot be finished now."""
    try:
        return run_with_store(args, _preview) if args.dry_run else _forget(args)
    except (HeldPerson, NobodyNamed, TooManyLinked, SettingsError, ParquetError, OtherVersion, StoreError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename} cannot be used ({error.strerror}); run this again", file=sys.stderr)
    return 1


def _forget(args: argparse.Namespace) -> int:
    journal: Path = args.data / "journal"
    if journal.is_dir():
        with sole_use(journal):
            forgotten = asyncio.run(_erased(args))
    else:
        forgotten = asyncio.run(_erased(args))
    wipe(connections.database_url(database_url(args)), forgotten.traces, is_sure=forgotten.is_sure)
    asyncio.run(_clean(args))
    print(_said(forgotten))
    return 0


async def _erased(args: argparse.Namespace) -> Forgotten:
    store = existing_store(args)
    try:
        await store.require_tables()
        keys = keys_of(args)
        subject = await _subject(store, args, keys)
        return await forget(store, args.data / "journal", subject, keys.index, by_user(), args.why, time.time)
    finally:
        await store.close()


async def _clean(args: argparse.Namespace) -> None:
    store = existing_store(args)
    try:
        await store.wiped()
    finally:
        await store.close()


async def _preview(store: Store, args: argparse.Namespace) -> int:
    subject = await _subject(store, args, keys_of(args))
    if holds := await store.holds_on(await store.people_of(subject.lead_ids), subject.digests):
        raise HeldPerson(held_in_words(holds))
    print(f"{_count(len(subject.lead_ids), 'lead')} would be forgotten: {' '.join(subject.lead_ids)}".rstrip(": "))
    return 0


async def _subject(store: Store, args: argparse.Namespace, keys: Keys) -> WholePerson:
    who = read_who(args.person, keys.index)
    subject = await subject_of(store, who, Vault(keys.sealing, keys.sealing_id, os.urandom), only=args.only)
    if who.lead_id and not subject.lead_ids:
        raise NobodyNamed(f"no lead {who.lead_id}: `leadbid leads find` finds it by phone, email or any id")
    return subject


def _said(forgotten: Forgotten) -> str:
    erased = forgotten.erased
    counts = [
        _count(erased.leads, "lead"),
        _count(erased.evidence, "piece of evidence", "pieces of evidence"),
        _count(erased.answers, "answer"),
        _count(forgotten.lines, "line of the journal", "lines of the journal"),
    ]
    kept = "the facts of the sales without the person, keyed digests so that neither the person nor a certificate is "
    lines = [f"forgotten: {', '.join(counts)}", f"kept: {kept}bought again, and one line in the audit log"]
    if not (erased.leads or erased.evidence or erased.answers or forgotten.lines):
        lines = ["nothing was held of this person any more; it is never bought"]
    if erased.crm_records:
        records = ", ".join([f"{destination} {crm_id}" for destination, crm_id in erased.crm_records])
        lines.append(f"still in your CRMs, to be deleted there; nothing here knows it any more: {records}")
    lines.append("backups, exports and archives of evidence made before are yours to delete")
    return "\n".join(lines)


def _count(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"
