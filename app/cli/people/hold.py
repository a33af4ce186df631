"""Keeps what a dispute is about from being erased, by a person or by retention, until it is ended."""

import argparse
import os
import sys
import time

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.people.installation_keys import add_keys, keys_of
from app.cli.table import table
from app.domain.calendar import utc_text
from app.settings import SettingsError
from app.store.store import Store
from app.store.vault import Vault
from app.usecases.people.forget import subject_of
from app.usecases.people.who import NobodyNamed, read_who


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid hold add|end|list`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|end|list")
    adding = actions.add_parser("add", help="hold all leads of a person, also later ones")
    adding.add_argument("person", help="a phone or an email in any form, a hash of one, or a lead_id")
    adding.add_argument("--name", default="", help="what the dispute is called (default: hold-N)")
    adding.add_argument("--why", required=True, help="the reason, stored with the hold and in the audit log")
    ending = actions.add_parser("end", help="end a hold")
    ending.add_argument("name", help="what the dispute is called, as `list` says")
    ending.add_argument("--why", default="", help="the reason, for the audit log")
    listing = actions.add_parser("list", help="list what is held")
    for each in (adding, ending, listing):
        add_database(each)
    add_keys(adding)


def run(args: argparse.Namespace) -> int:
    """0 where it is as asked."""
    try:
        return run_with_store(args, {"add": _add, "end": _end, "list": _list}[args.action])
    except (SettingsError, NobodyNamed) as error:
        print(error, file=sys.stderr)
        return 1


async def _add(store: Store, args: argparse.Namespace) -> int:
    keys = keys_of(args)
    who = read_who(args.person, keys.index)
    subject = await subject_of(store, who, Vault(keys.sealing, keys.sealing_id, os.urandom), only=True)
    if who.lead_id and not subject.lead_ids:
        raise NobodyNamed(f"no lead {who.lead_id}: `leadbid leads find` finds it by phone, email or any id")
    # Of a lead that was named by its id the lead is meant; of a person all, also those that are bought later.
    subjects = {who.lead_id} if who.lead_id else set(who.person.all)
    name = args.name.strip() or _free_name([hold.name for hold in await store.legal_holds()])
    if not await store.add_hold(name, subjects, args.why, by_user(), time.time()):
        print(f"{name} holds them already")
        return 0
    count = len(subject.lead_ids)
    print(f"{name} holds {count} lead{'' if count == 1 else 's'}; end it with `leadbid hold end {name!r}`")
    return 0


async def _end(store: Store, args: argparse.Namespace) -> int:
    if await store.end_hold(args.name, args.why, by_user(), time.time()):
        print(f"{args.name} is ended; what it held may be forgotten, and goes when its time has come")
        return 0
    names = ", ".join([hold.name for hold in await store.legal_holds()]) or "nothing"
    print(f"there is no hold {args.name!r}; held is {names}", file=sys.stderr)
    return 1


async def _list(store: Store, _: argparse.Namespace) -> int:
    holds = await store.legal_holds()
    rows = [(each.name, str(each.leads), utc_text(each.held_at), each.told_by, each.why) for each in holds]
    print(table(("hold", "leads", "since", "by", "why"), rows) if rows else "nothing is held")
    return 0


def _free_name(taken: list[str]) -> str:
    number = 1
    while f"hold-{number}" in taken:
        number += 1
    return f"hold-{number}"
