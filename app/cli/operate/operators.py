"""Makes, lists, rotates and removes the keys of operators, and sets their passwords for the console.

A running service takes up what changes within a second.
"""

import argparse
import getpass
import secrets
import sys
import time
from hashlib import sha256

import msgspec

from app.bounds import real
from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.in_force import buyers_zone
from app.cli.table import table
from app.config.values.kind import UnreadableValue
from app.config.values.kinds import read_slug
from app.domain.buyer import ROLES, Operator
from app.domain.calendar import local_text
from app.domain.operators.sign_in import password_fault
from app.store.operators.keys import OperatorKey
from app.store.store import Store
from app.usecases.operators.keys import declared_operators, no_key_of, revoke_keys
from app.usecases.operators.new_key import new_key
from app.usecases.operators.requests import NotDone, RequestTerms
from app.usecases.operators.sign_in import hash_of_password

_HOUR_S = 3_600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid operators add|list|rotate|remove|password`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|rotate|remove|password")
    adding = actions.add_parser("add", help="make an operator's key, which is shown once")
    adding.add_argument(
        "--role",
        choices=ROLES,
        required=True,
        help="viewer looks, operator also reports and changes what is bought, admin also revokes keys",
    )
    listing = actions.add_parser("list", help="list operators with their roles, declared and made by command")
    listing.add_argument("--json", action="store_true", help="print JSON, one object per operator")
    rotating = actions.add_parser("rotate", help="make another key in the same role; the old ones hold for a while")
    rotating.add_argument(
        "--keep-hours",
        type=real(0, 8_760),
        default=24.0,
        metavar="N",
        help="how long the old keys hold; 0 revokes them at once, as after a leak (default: 24)",
    )
    removing = actions.add_parser("remove", help="revoke all keys of an operator at once")
    setting = actions.add_parser("password", help="set a password for the console beside the key")
    setting.add_argument(
        "--stdin", action="store_true", help="read the password from the first line of standard input, without asking"
    )
    for each in (adding, rotating, removing, setting):
        each.add_argument("name", help="the operator's name, as the audit log shows it")
        each.add_argument("--why", default="", metavar="TEXT", help="the reason, stored in the audit log")
    for each in (adding, listing, rotating, removing, setting):
        add_database(each)


def run(args: argparse.Namespace) -> int:
    """0 where it was done."""
    acts = {"add": _add, "list": _list, "rotate": _rotate, "remove": _remove, "password": _password}
    return run_with_store(args, acts[args.action])


async def _add(store: Store, args: argparse.Namespace) -> int:
    try:
        read_slug(args.name)
    except UnreadableValue as wrong:
        return _refused(f"{wrong.reason}: {wrong.remedy}")
    if args.name in {each.name for each in await declared_operators(store)}:
        return _refused(f"`{args.name}` is declared in the configuration: give it keys there, or choose another name")
    key = new_key(secrets.token_bytes)
    if not await store.add_operator(_made(args.name, key, args.role), args.why):
        return _refused(f"there is an operator `{args.name}`: `leadbid operators rotate {args.name}` makes another key")
    print(f"The key of {args.name} ({args.role}), shown only now: {key}")
    print("A running service takes it within a second, as header X-API-Key or Authorization: Bearer, and at /console.")
    return 0


async def _list(store: Store, args: argparse.Namespace) -> int:
    made = await store.operator_keys(time.time())
    declared = await declared_operators(store)
    if args.json:
        print(msgspec.json.encode([*map(_declared_json, declared), *map(_made_json, made)]).decode())
        return 0
    zone = await buyers_zone(store)
    rows = [(each.name, each.role, "the configuration", "-", "-", f"{len(each.key_sha256)}") for each in declared]
    rows += [
        (
            key.name,
            key.role,
            key.made_by,
            local_text(key.made_at, zone),
            "-" if key.ends_at is None else local_text(key.ends_at, zone),
            "1",
        )
        for key in made
    ]
    print(table(("operator", "role", "made by", "at", "ends", "keys"), rows))
    return 0


async def _rotate(store: Store, args: argparse.Namespace) -> int:
    key, now = new_key(secrets.token_bytes), time.time()
    ends_at = now + args.keep_hours * _HOUR_S
    role = await store.rotate_operator(_made(args.name, key, "viewer"), ends_at, args.why)
    if role is None:
        return _refused(str(await no_key_of(store, args.name, now)))
    print(f"The new key of {args.name} ({role}), shown only now: {key}")
    print(f"Its old keys hold for {args.keep_hours:g} more hours." if args.keep_hours else "Its old keys are revoked.")
    return 0


async def _remove(store: Store, args: argparse.Namespace) -> int:
    try:
        await revoke_keys(store, args.name, RequestTerms(by=by_user(), now=time.time(), why=args.why))
    except NotDone as reason:
        return _refused(str(reason))
    print(f"Every key of {args.name} is revoked; a running service refuses them within a second.")
    return 0


async def _password(store: Store, args: argparse.Namespace) -> int:
    declared = {each.name for each in await declared_operators(store)}
    if args.name not in declared | {key.name for key in await store.operator_keys(time.time())}:
        return _refused(str(await no_key_of(store, args.name, time.time())))
    password = sys.stdin.readline().rstrip("\r\n") if args.stdin else getpass.getpass(f"New password of {args.name}: ")
    if fault := password_fault(password, args.name):
        return _refused(fault)
    if not args.stdin and getpass.getpass("Once more: ") != password:
        return _refused("those two were not the same: nothing was changed")
    await store.set_password(args.name, hash_of_password(password), by_user(), time.time(), args.why)
    print(f"{args.name} signs in to the console at /console with it; sessions of before have ended.")
    return 0


def _made(name: str, key: str, role: str) -> OperatorKey:
    made = {"name": name, "role": role, "key_sha256": sha256(key.encode()).hexdigest()}
    return msgspec.convert({**made, "made_by": by_user(), "made_at": time.time()}, OperatorKey)


def _declared_json(each: Operator) -> dict[str, object]:
    return {"operator": each.name, "role": each.role, "made_by": "configuration", "keys": len(each.key_sha256)}


def _made_json(key: OperatorKey) -> dict[str, object]:
    when = {"made_at": key.made_at, "ends_at": key.ends_at}
    return {"operator": key.name, "role": key.role, "made_by": key.made_by, "keys": 1, **when}


def _refused(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
