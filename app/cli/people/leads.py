"""Finds a lead by phone, email or any id, and packs the signed proof of it into one file."""

import argparse
import sys
import time
from pathlib import Path
from typing import get_args

import msgspec

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store, shown_database
from app.cli.people.evidence import pack
from app.cli.people.installation_keys import add_keys, keys_of
from app.cli.table import table
from app.cli.user_files import run_with_files
from app.domain.calendar import utc_text
from app.domain.money import money
from app.domain.post.posted_lead import request_digest
from app.domain.reasons import REASONS, Refusal, sentence
from app.journal.extent import extent
from app.parquet import ParquetError
from app.reports.people.lead_story import HeardOf, LeadStory, SentTo
from app.settings import SettingsError
from app.store.store import Store
from app.usecases.people.find import LeadsFound, Sought, SoughtBy, find_leads, found_act
from app.usecases.people.who import NobodyNamed, Who, read_email, read_phone

_NAMES: dict[SoughtBy, str] = {
    "phone": "a phone number in any form, or the SHA-256, SHA-1 or MD5 hash of one",
    "email": "an email address in any case, or a hash of one",
    "lead": "our lead_id",
    "ping": "the ping_id or bid_id of any answer",
    "crm_id": "the id of a record in a CRM, in any form",
    "request": "a file with the body of a post that was refused, as its seller shows it",
    "seller_lead_id": "the id that the seller gave it, in any case and form",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid leads find|evidence`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="find|evidence")
    finding = actions.add_parser("find", help="tell a lead from ping to outcome, bought or not")
    meant = finding.add_mutually_exclusive_group(required=True)
    for by in get_args(SoughtBy):
        meant.add_argument(f"--{by.replace('_', '-')}", dest=by, metavar="VALUE", help=_NAMES[by])
    finding.add_argument("--json", action="store_true", help="print one JSON object, with money in cents")
    packing = actions.add_parser("evidence", help="pack all proof of a lead into one signed archive")
    packing.add_argument("lead", help="a lead_id, or the phone or email of its person in any form")
    packing.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ZIP file to write")
    for each in (finding, packing):
        add_database(each)
        add_keys(each)


def run(args: argparse.Namespace) -> int:
    """0 where the lead was found."""
    return run_with_files(lambda: _done(args), SettingsError, NobodyNamed, ParquetError)


def _done(args: argparse.Namespace) -> int:
    if args.action == "evidence" and args.out.exists():
        print(f"{args.out} exists: name another file with --out", file=sys.stderr)
        return 1
    return run_with_store(args, {"find": _find, "evidence": pack}[args.action])


async def found_for(store: Store, args: argparse.Namespace) -> LeadsFound:
    """What is known of the lead that is meant; that somebody looked stands in the audit log."""
    return (await _looked(store, args))[1]


async def _looked(store: Store, args: argparse.Namespace) -> tuple[Sought, LeadsFound]:
    is_keyed = any(value is not None for value in (args.phone, args.email, args.request))
    key = keys_of(args).index if is_keyed else b""
    sought = _sought(args, key)
    found = await find_leads(store, args.data / "journal", sought, key)
    await store.note(found_act(by_user(), sought, found), time.time())
    return sought, found


async def _find(store: Store, args: argparse.Namespace) -> int:
    sought, found = await _looked(store, args)
    if not found.stories:
        print(_nothing(args, sought), file=sys.stderr)
        return 1
    print(_document(found) if args.json else "\n\n".join(map(shown, found.stories)))
    others = {story.seller_lead_id for story in found.stories} - {sought.text.strip()}
    if sought.by == "seller_lead_id" and others:
        print(f"also found as spelled {', '.join(sorted(others))}: another lead may be meant", file=sys.stderr)
    return 0


def _sought(args: argparse.Namespace, key: bytes) -> Sought:
    """NobodyNamed where the value cannot be one of its kind."""
    by, text = next((by, value) for by in get_args(SoughtBy) if (value := getattr(args, by)) is not None)
    if by == "phone":
        return Sought(by=by, who=read_phone(text, key))
    if by == "email":
        return Sought(by=by, who=read_email(text, key))
    if by == "request":
        body = Path(text).read_bytes()
        # Whoever keeps a body in a file has often ended it with a line.
        bodies = {body, body.rstrip(b"\r\n")}
        return Sought(by=by, text=" ".join([request_digest(key, each) for each in bodies]), who=Who(kind=by))
    if not text.strip():
        raise NobodyNamed(f"--{by.replace('_', '-')} is empty")
    return Sought(by=by, text=text, who=Who(kind=by))


def _nothing(args: argparse.Namespace, sought: Sought) -> str:
    """Where it was looked for."""
    journal = args.data / "journal"
    return (
        f"nothing is known by this {sought.by.replace('_', ' ')}. "
        f"Looked in the database {shown_database(args)} "
        f"and in the journal {journal} ({extent(journal)}). Is --data the directory of the service?"
    )


def _document(found: LeadsFound) -> str:
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def shown(story: LeadStory) -> str:
    """A story as text."""
    facts = [
        ("lead", story.lead_id or "not bought"),
        *_if_any("test", "yes" if story.test else ""),
        ("pinged", _when(story.pinged_at) if story.pinged_at else "not in the journal"),
        ("seller", story.seller),
        *_if_any("id at the seller", story.seller_lead_id),
        *_if_any("sub-source", story.sub_id),
        *_if_any("lead of", " ".join(filter(None, (story.vertical, story.zip, story.state)))),
        *_if_any("campaign", story.campaign),
        ("bid", _bid(story)),
        *_if_any("seller's notice", ", ".join(story.notices)),
        *[("post", f"{_when(post.at)}  {post.status}{_why(post.reason_code, post.detail)}") for post in story.posts],
        ("sale", f"{_when(story.sold_at)}  {money(story.price_cents or 0)} {story.leg}" if story.sold_at else "none"),
        *_if_any("ping_id", story.ping_ids[0] if story.ping_ids else ""),
        *_if_any("configuration", story.config),
        *_if_any("model", story.model),
        *_if_any("returned", story.returned),
        *_if_any("legal hold", ", ".join(story.holds)),
        *_if_any("suppressed", ", ".join(story.suppressed)),
        *_if_any("identity erased", _when(story.forgotten_at)),
    ]
    lines = [f"{name:<18}{value}" for name, value in facts]
    if story.deliveries:
        heads = ("delivery", "destination", "status", "settled", "id in the CRM")
        lines.append(table(heads, [*map(_sent, story.deliveries)]))
    if story.outcomes:
        lines.append(table(("outcome", "at", "value", "source"), [*map(_heard, story.outcomes)]))
    return "\n".join(lines)


def _sent(each: SentTo) -> tuple[str, ...]:
    return each.delivery_id, each.destination, each.status, _when(each.settled_at) or "-", each.crm_id or "-"


def _heard(each: HeardOf) -> tuple[str, ...]:
    value = money(each.value_cents) if each.value_cents is not None else "-"
    return each.event, _when(each.occurred_at), value, each.source or "-"


def _bid(story: LeadStory) -> str:
    if story.bids:
        withdrawn = _why(story.reason_code, story.reason_detail)
        return ", ".join([f"{money(bid.price_cents)} {bid.leg}" for bid in story.bids]) + withdrawn
    return f"none{_why(story.reason_code, story.reason_detail)}" if story.reason_code else "not in the journal"


def _why(code: str, detail: str) -> str:
    return f": {sentence(Refusal(code, detail))} [{code}]" if code in REASONS else ""


def _when(at: float | None) -> str:
    return utc_text(at) if at is not None else ""


def _if_any(name: str, value: str) -> list[tuple[str, str]]:
    return [(name, value)] if value else []
