"""Shows the installation's keys, and rotates those that sign bids and seal leads while the service runs."""

import argparse
import os
import sys
import time
from pathlib import Path

import msgspec

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.progress import progress
from app.cli.table import table
from app.domain.calendar import utc_text
from app.domain.operators.audit import OperatorAct
from app.journal.configurations import longest_bid_lifetime_s
from app.settings import Settings, SettingsError, add_key, read_keys, retire_key
from app.store.store import Store
from app.store.vault import SealBroken, Vault
from app.usecases.reload.key_watch import ADOPT_S

_BATCH = 200
_INDEX = (
    "the index key cannot be rotated: people, certificates and lists are known by digests under it, and what they are "
    "digests of is not kept"
)
_WHY = "the reason, kept in the audit log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid keys list|rotate|reseal|retire ... [--data DIR | --database URL] [--keys DIR]`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|rotate|reseal|retire")
    listing = actions.add_parser("list", help="list the keys: what each is for, and what only it can read")
    listing.add_argument("--json", action="store_true", help="print one JSON object")
    rotating = actions.add_parser("rotate", help="make a new key, which a running service takes up by itself")
    rotating.add_argument("kind", choices=("signing", "sealing", "index"), help="signing: bids; sealing: leads")
    resealing = actions.add_parser("reseal", help="encrypt every stored lead and its evidence under the newest key")
    retiring = actions.add_parser("retire", help="put a key away that nothing needs any more")
    retiring.add_argument("key", help="its name, such as sealing-1")
    for action in (rotating, resealing, retiring):
        action.add_argument("--why", default="", help=_WHY)
    for action in (listing, rotating, resealing, retiring):
        action.add_argument(
            "--keys", type=Path, default=None, metavar="DIR", help="the service's keys (default: keys in --data)"
        )
        add_database(action)


def run(args: argparse.Namespace) -> int:
    """0 where it is done; 1 where not, with the reason."""
    if args.action == "rotate" and args.kind == "index":
        return _refused(_INDEX)
    try:
        return run_with_store(
            args, {"list": _list, "rotate": _rotate, "reseal": _reseal, "retire": _retire}[args.action]
        )
    except (SettingsError, SealBroken) as error:
        return _refused(str(error))


def _refused(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


async def _list(store: Store, args: argparse.Namespace) -> int:
    settings = _settings(args)
    keys = read_keys(settings)
    await store.require_keys(keys)
    rows: list[dict[str, object]] = [_row(settings, "index", "people, certificates, ids", is_used=True)]
    rows += [
        _row(settings, f"signing-{each}", "bids", is_used=each == keys.signing_id) for each in sorted(keys.signing)
    ]
    for name in sorted(keys.sealing, key=int):
        held = await store.sealed_rows(name)
        row = _row(settings, f"sealing-{name}", "leads", is_used=name == keys.sealing_id)
        rows.append(row | {"leads": held.identities, "evidence": held.evidence})
    if args.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    heads = ("key", "for", "made", "", "leads", "evidence")
    print(table(heads, [_cells(row) for row in rows]))
    return 0


async def _rotate(store: Store, args: argparse.Namespace) -> int:
    settings = _settings(args)
    await store.require_keys(read_keys(settings))
    path = add_key(settings, args.kind, os.urandom)
    await _note(store, args, "rotate key", path.stem)
    verb = "signs" if args.kind == "signing" else "seals"
    print(
        f"Made {path}: back it up. It {verb} {ADOPT_S:.0f} seconds from now, and opens at once; the former still opens."
    )
    if settings.sqlite_file is None:
        print("Copy it to the keys of every replica within that time.")
    elif args.kind == "sealing":
        print("`leadbid keys reseal` encrypts the stored leads anew.")
    return 0


async def _reseal(store: Store, args: argparse.Namespace) -> int:
    keys = read_keys(_settings(args))
    await store.require_keys(keys)
    vault = Vault(keys.sealing, keys.sealing_id, os.urandom)
    done, after = 0, ("", "")
    while rows := await store.sealed_otherwise(keys.sealing_id, after, _BATCH):
        fresh = [(row, vault.reseal(row[2], _bound_to(row[0], row[1]))) for row in rows]
        done += await store.reseal(fresh)
        after = rows[-1][:2]
        progress(f"{done:,} resealed")
    progress("")
    await _note(store, args, "reseal", f"sealing-{keys.sealing_id}", f"{done} identities and pieces of evidence")
    print(f"{done:,} identities and pieces of evidence are sealed under sealing-{keys.sealing_id} now.")
    return 0


async def _retire(store: Store, args: argparse.Namespace) -> int:
    settings = _settings(args)
    keys = read_keys(settings)
    kind, _, name = args.key.removesuffix(".key").partition("-")
    known = {"signing": {str(number) for number in keys.signing}, "sealing": set(keys.sealing)}
    if kind == "index":
        return _refused(_INDEX)
    if name not in known.get(kind, ()):
        return _refused(f"there is no key {args.key!r}: `leadbid keys list` shows them")
    reason = await _needed(store, settings, kind, name)
    if reason:
        return _refused(reason)
    path = retire_key(settings, f"{kind}-{name}")
    await _note(store, args, "retire key", path.stem)
    print(f"Moved to {path}. A running service lets go of it within seconds. Keep it as long as backups from its time.")
    return 0


async def _needed(store: Store, settings: Settings, kind: str, name: str) -> str:
    """Why a key cannot be retired; empty where nothing needs it."""
    keys = read_keys(settings)
    newest = str(keys.signing_id if kind == "signing" else keys.sealing_id)
    if name == newest:
        return f"{kind}-{name} is in use: `leadbid keys rotate {kind}` makes another first"
    waits_s = ADOPT_S + longest_bid_lifetime_s(settings.journal)
    left_s = (settings.keys / f"{kind}-{newest}.key").stat().st_mtime + waits_s - time.time()
    if left_s > 0:
        return f"what was made with {kind}-{name} may live for {left_s:.0f} more seconds: try again then"
    if kind == "sealing":
        held = await store.sealed_rows(name)
        if held.identities or held.evidence:
            return (
                f"{held.identities:,} leads and {held.evidence:,} pieces of evidence are sealed under {kind}-{name}: "
                "`leadbid keys reseal` first"
            )
    return ""


_ACTIONS = {"list": _list, "rotate": _rotate, "reseal": _reseal, "retire": _retire}


async def _note(store: Store, args: argparse.Namespace, action: str, target: str, detail: str = "") -> None:
    act = OperatorAct(by=by_user(), action=action, target=target, detail=detail, why=args.why)
    await store.note(act, time.time())


def _settings(args: argparse.Namespace) -> Settings:
    return Settings(config=Path("buyer.toml"), data=args.data, database_url=args.database, keys_dir=args.keys)


def _bound_to(lead_id: str, kind: str) -> str:
    return f"{lead_id}/{kind}" if kind else lead_id


def _row(settings: Settings, name: str, purpose: str, *, is_used: bool) -> dict[str, object]:
    made_at = (settings.keys / f"{name}.key").stat().st_mtime
    return {"key": name, "for": purpose, "made_at": made_at, "in_use": is_used}


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    made_at = row["made_at"]
    assert isinstance(made_at, float)
    state = "in use" if row["in_use"] else "opens what it made"
    counts = [f"{row[name]:,}" if name in row else "" for name in ("leads", "evidence")]
    return str(row["key"]), str(row["for"]), utc_text(made_at), state, *counts
