"""Sends a marked lead of nobody to a destination, so that one sees it arrive before a real one is bought."""

import argparse
import asyncio
import os
import secrets
import sys
import time
from pathlib import Path

import msgspec

from app.config.file.problem import did_you_mean
from app.config.load import LoadedConfig, load
from app.config.values.zip_table import zip_states
from app.crm.marked_lead import UnknownVertical, marked_lead
from app.crm.outcome import Judgement
from app.domain.delivery.destination import Destination
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.sender import Sender
from app.packaged import OWN_CONFIG
from app.usecases.deliver_leads import Target, try_out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid deliveries test DESTINATION [--config FILE] [--vertical NAME] [--json]`."""
    parser.add_argument("destination", help="a declared destination")
    parser.add_argument("--config", type=Path, default=OWN_CONFIG, help="the configuration file (default: buyer.toml)")
    parser.add_argument("--vertical", default="", help="the kind of lead (default: the first that is sent there)")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 where the destination took the lead."""
    read = load(args.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        print(*read, sep="\n", file=sys.stderr)
        return 2
    declared = read.declared
    names = [each.name for each in declared.destinations]
    if args.destination not in names:
        remedy = did_you_mean(args.destination, names) or f"there are: {', '.join(names) or 'none'}"
        print(f"{args.config} declares no destination `{args.destination}`: {remedy}", file=sys.stderr)
        return 2
    destination = declared.destinations[names.index(args.destination)]
    try:
        lead_id = f"test{secrets.token_hex(10)}"
        lead = marked_lead(declared, destination.name, args.vertical, lead_id, time.time(), zip_states())
    except UnknownVertical as reason:
        print(reason, file=sys.stderr)
        return 2
    judgement = asyncio.run(_sent(Target(destination=destination, secrets=declared.secrets), lead))
    if args.json:
        print(msgspec.json.encode({"lead_id": lead["lead_id"], **msgspec.structs.asdict(judgement)}).decode())
    else:
        print(_text(destination, lead, judgement))
    return 0 if judgement.outcome in ("delivered", "duplicate") else 1


async def _sent(target: Target, lead: LeadDocument) -> Judgement:
    sender = Sender()
    try:
        return await try_out(sender.send, target, lead, f"msg_{lead['lead_id']}", time.time())
    finally:
        await sender.aclose()


def _text(destination: Destination, lead: LeadDocument, judgement: Judgement) -> str:
    who = f"{lead['contact']['first_name']} {lead['contact']['last_name']}, {lead['lead_id']}"
    lines = [f"sent to {destination.name}: {who}", f"it says: {judgement.outcome} ({judgement.note})"]
    if judgement.crm_id:
        lines.append(f"its id there: {judgement.crm_id}")
    if judgement.outcome in ("delivered", "duplicate"):
        lines.append("Look for it there, and remove it.")
    return "\n".join(lines)
