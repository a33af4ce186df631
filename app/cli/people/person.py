"""Shows all that is held of one person, for whoever asks to see or to have it deleted."""

import argparse
import os
import sys
import time

import msgspec

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.people.installation_keys import add_keys, keys_of
from app.cli.people.leads import shown
from app.domain.calendar import utc_text
from app.domain.operators.audit import OperatorAct
from app.parquet import ParquetError
from app.settings import SettingsError
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.forget import TooManyLinked
from app.usecases.people.personal_data import PersonalData, personal_data_of
from app.usecases.people.who import NobodyNamed, read_who


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid person PERSON [--json] [--only] [--data DIR | --database URL]`."""
    parser.add_argument("person", help="a phone or an email in any form, a hash of one, or a lead_id")
    parser.add_argument("--only", action="store_true", help="leave out leads linked by a shared phone or email")
    parser.add_argument("--json", action="store_true", help="print one JSON object, with money in cents")
    add_database(parser)
    add_keys(parser)


def run(args: argparse.Namespace) -> int:
    """0 where anything is held; 1 where nothing is."""
    try:
        return run_with_store(args, _show)
    except (SettingsError, NobodyNamed, TooManyLinked, ParquetError) as error:
        print(error, file=sys.stderr)
        return 1


async def _show(store: Store, args: argparse.Namespace) -> int:
    keys = keys_of(args)
    who = read_who(args.person, keys.index)
    vault = Vault(keys.sealing, keys.sealing_id, os.urandom)
    held = await personal_data_of(store, args.data / "journal", who, vault, keys.index, only=args.only)
    leads = " ".join([story.lead_id for story in held.stories if story.lead_id])
    await store.note(
        OperatorAct(by=by_user(), action="show person", target=leads or "nobody", detail=f"by {who.kind}"),
        time.time(),
    )
    if held.is_nothing:
        where = f"the database and the journal {args.data / 'journal'} ({held.journal})"
        print(f"nothing is held of this person. Looked in {where}.", file=sys.stderr)
        return 1
    print(msgspec.json.format(msgspec.json.encode(held), indent=2).decode() if args.json else _text(held))
    return 0


def _text(held: PersonalData) -> str:
    pieces = []
    for document in held.people:
        told = {**document.get("contact", {}), **document.get("consent", {}), **document.get("fields", {})}
        rows = [f"  {name:<22}{value}" for name, value in told.items() if value not in ("", None)]
        pieces.append("\n".join([f"sent to the CRM as lead {document.get('lead_id', '')}", *rows]))
    pieces += [shown(story) for story in held.stories]
    pieces += [f"suppressed since {utc_text(each.since)}: {each.reason}" for each in held.suppressed]
    if held.holds:
        pieces.append(f"under legal hold: {', '.join(held.holds)}")
    pieces.append(
        f"{held.evidence} pieces of evidence, {held.answers} answers to posts, {held.lines} lines of the journal"
    )
    return "\n\n".join(pieces)
