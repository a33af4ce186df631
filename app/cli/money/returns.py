"""Gives leads back: asks for returns, lists and exports them, takes sellers' answers one by one or from a file."""

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import IO, get_args

import msgspec

from app.cli.by_user import by_user
from app.cli.database import add_database, run_with_store
from app.cli.help import sentence
from app.cli.in_force import last_in_force, seller_in
from app.cli.span import add_span
from app.cli.table import table
from app.cli.user_files import run_with_files
from app.config.returns import FORMS
from app.crm.transform import at_path
from app.dialects.returns import NOTE_MAX, buyers_body, return_body, why_trouble
from app.domain.calendar import utc_text
from app.domain.money import dollars, money
from app.domain.returns.feedback_wish import FeedbackWish
from app.private_files import write_new
from app.spreadsheet import UnusableFile, inert
from app.store.returns.requests import LIST_MAX, ReturnResult, ReturnWanted, WhichReturns
from app.store.store import Store
from app.usecases.returns.by_rule import terms_of
from app.usecases.returns.seller_file import by_any_spelling, read_replies, return_replies
from app.wire.returns import LeadReturn, ReturnAnswer, ReturnReason, ReturnReply, ReturnState

_SHOWN = 20
_FORMS = sorted(name for name, each in FORMS.items() if "return" in each.events)
_HEADS = ("lead", "seller", "price", "sold", "reason", "state", "asked", "why", "note")
_OWN_FORM = ("lead_id", "ping_id", "seller_lead_id", "sub_id", "vertical", "price", "sold_at", "state", "reason", "why")

Act = Callable[[Store, argparse.Namespace], Awaitable[int]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid returns add|list|answer|withdraw|import|export ... [--data DIR | --database URL]`."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = _action(actions, "add", "ask the sellers of leads to take them back", _add)
    add.add_argument("leads", nargs="+", metavar="LEAD", help="its lead_id, its ping_id, or the CRM's id")
    add.add_argument("--reason", required=True, choices=get_args(ReturnReason))
    add.add_argument("--why", required=True, help="what the seller is told, without personal data")
    listed = _action(actions, "list", "list returns, oldest first", _list)
    _add_which(listed)
    listed.add_argument("--json", action="store_true", help="as JSON, all of them")
    answer = _action(actions, "answer", "enter a seller's answer", _answer)
    answer.add_argument("lead", help="its lead_id, its ping_id, or the CRM's id")
    answer.add_argument("answer", choices=get_args(ReturnAnswer), help="whether the seller takes it back")
    answer.add_argument("--why", default="", help="what the seller said of it")
    withdrawn = _action(actions, "withdraw", "ask for returns no longer", _withdraw)
    withdrawn.add_argument("leads", nargs="+", metavar="LEAD", help="its lead_id, its ping_id, or the CRM's id")
    withdrawn.add_argument("--why", required=True, help="what the seller is told, without personal data")
    imported = _action(actions, "import", "take a seller's answers from its CSV file", _import)
    imported.add_argument("seller", help="whose answers they are")
    imported.add_argument("file", type=Path, help="a CSV file with a lead's id and yes or no in each row")
    exported = _action(actions, "export", "write returns to a CSV file", _export)
    _add_which(exported)
    exported.add_argument("--form", default="", choices=["", *_FORMS], help="in the form of a platform")
    exported.add_argument("--out", type=Path, help="the file, which must not exist (default: standard output)")


def run(args: argparse.Namespace) -> int:
    """0 where all was taken; 1 where something was refused, with why."""
    act: Act = args.act
    return run_with_files(lambda: run_with_store(args, act), UnusableFile)


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str, act: Act
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=what, description=sentence(what), allow_abbrev=False)
    parser.set_defaults(act=act)
    add_database(parser)
    return parser


def _add_which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seller", default="", help="those of this seller only")
    parser.add_argument("--state", choices=get_args(ReturnState), help="those in this state only")
    add_span(parser, "asked for")


async def _add(store: Store, args: argparse.Namespace) -> int:
    terms = terms_of((await last_in_force(store)).sellers)

    async def ask(lead: str, why: str) -> ReturnResult:
        wanted = ReturnWanted(lead=lead, reason=args.reason, why=why, by=by_user())
        return await store.request_return(wanted, terms, time.time())

    return await _each(args, ask)


async def _withdraw(store: Store, args: argparse.Namespace) -> int:
    return await _each(args, lambda lead, why: store.withdraw_return(lead, by_user(), why, time.time()))


async def _each(args: argparse.Namespace, act: Callable[[str, str], Awaitable[ReturnResult]]) -> int:
    """Do the same with each lead that is named."""
    if trouble := why_trouble(args.why):
        return _refused(f"--why {trouble}")
    status = 0
    for lead in args.leads:
        result = await act(lead, args.why[:NOTE_MAX])
        if result.remedy:
            status = _refused(f"{lead}: {result.remedy}")
        else:
            print(f"{result.lead_id}: {_said(result)}")
    return status


async def _answer(store: Store, args: argparse.Namespace) -> int:
    reply = ReturnReply(lead_id=args.lead, answer=args.answer, note=args.why[:NOTE_MAX])
    result = await store.answer_return(reply, by_user(), time.time())
    if result.remedy:
        return _refused(result.remedy)
    print(f"{result.lead_id}: {_said(result)}")
    return 0


async def listed(store: Store, args: argparse.Namespace) -> dict[str, object]:
    """All returns that are meant, as programs read them."""
    return _bodies([each async for each in _all(store, args)])


def _bodies(found: Sequence[LeadReturn]) -> dict[str, object]:
    return {"returns": [buyers_body(each) for each in found]}


async def _list(store: Store, args: argparse.Namespace) -> int:
    found = [each async for each in _all(store, args)]
    if args.json:
        print(msgspec.json.encode(_bodies(found)).decode())
        return 0
    print(table(_HEADS, [_row(each) for each in found]))
    states = Counter(each.state for each in found)
    cents = Counter[str]()
    for each in found:
        cents[each.state] += each.price_cents
    print(", ".join(f"{count:,} {state} ({money(cents[state])})" for state, count in states.items()) or "no returns")
    return 0


async def _import(store: Store, args: argparse.Namespace) -> int:
    _, seller = await seller_in(store, args.seller)
    sheet, notes = read_replies(args.file), list[str]()
    print(", ".join(f"{meaning} <- {head}" for meaning, head in sheet.heads.items()))
    known = await _names(store, seller.name)
    came, refused, by = Counter[str](), list[str](), by_user()
    for line, ids, reply in return_replies(sheet, notes):
        if reply is None:
            refused.append(f"line {line}: its answer is neither yes nor no")
            continue
        lead_id = next((known[each] for each in ids if each in known), ids[0])
        reply = msgspec.structs.replace(reply, lead_id=lead_id, note=reply.note[:NOTE_MAX])
        result = await store.answer_return(reply, by, time.time(), seller.name)
        if result.remedy:
            refused.append(f"line {line}: {result.remedy}")
        else:
            came["known before" if result.status == "repeated" else str(result.state)] += 1
    print(", ".join(f"{count:,} {what}" for what, count in came.items()) or "no answer was taken")
    for text in (*sheet.file.notes, *notes):
        print(f"  {text}")
    for text in refused[:_SHOWN]:
        print(f"  {text}", file=sys.stderr)
    if len(refused) > _SHOWN:
        print(f"  and {len(refused) - _SHOWN:,} more", file=sys.stderr)
    return 1 if refused else 0


async def _export(store: Store, args: argparse.Namespace) -> int:
    codes = await _codes(store, args)
    # A platform has no word for what is withdrawn: it would be asked for again.
    found = [each async for each in _all(store, args) if not args.form or each.state != "withdrawn"]
    if args.out is None:
        _write(sys.stdout, args.form, codes, found)
        return 0
    with TextIOWrapper(write_new(args.out), encoding="utf-8", newline="") as file:
        _write(file, args.form, codes, found)
    print(f"{len(found):,} returns in {args.out}")
    return 0


async def _codes(store: Store, args: argparse.Namespace) -> FeedbackWish:
    """The words of the form, with those that the buyer declares for the seller."""
    form = FORMS.get(args.form)
    codes = dict(form.codes) if form is not None else {}
    if args.seller:
        _, seller = await seller_in(store, args.seller)
        codes |= dict(seller.feedback.codes) if seller.feedback is not None else {}
    return FeedbackWish(destination="", events=(), codes=codes)


def _write(file: IO[str], name: str, codes: FeedbackWish, found: Sequence[LeadReturn]) -> None:
    """One row a return. No cell begins a formula, whatever a seller or an operator wrote."""
    form, writer = FORMS.get(name), csv.writer(file)
    paths = {each: each for each in _OWN_FORM} if form is None else form.fields
    writer.writerow(paths)
    for each in found:
        body: dict[str, object] = return_body(each) | {"price": dollars(each.price_cents)}
        body["feedback"] = {"type": "return", "reason": each.reason, "code": codes.code(each.reason), "text": each.why}
        writer.writerow([inert(_text(at_path(path, body))) for path in paths.values()])


def _text(value: object) -> str:
    return "" if value is None else str(value)


async def _all(store: Store, args: argparse.Namespace) -> AsyncIterator[LeadReturn]:
    which = WhichReturns(seller=args.seller, state=args.state, since=args.since, until=args.until)
    async for each in _pages(store, which):
        yield each


async def _pages(store: Store, which: WhichReturns) -> AsyncIterator[LeadReturn]:
    while True:
        page = await store.returns(which) or []
        for each in page:
            yield each
        if len(page) < LIST_MAX:
            return
        which = msgspec.structs.replace(which, after=page[-1].lead_id)


async def _names(store: Store, seller: str) -> dict[str, str]:
    """Our id of every return of a seller by the seller's own."""
    pages = _pages(store, WhichReturns(seller=seller))
    return by_any_spelling([(each.seller_lead_id, each.lead_id) async for each in pages])


def _said(result: ReturnResult) -> str:
    return f"{result.state}, as before" if result.status == "repeated" else str(result.state)


def _row(each: LeadReturn) -> tuple[str, ...]:
    return (
        each.lead_id,
        each.seller,
        money(each.price_cents),
        utc_text(each.sold_at),
        each.reason,
        each.state,
        utc_text(each.requested_at),
        each.why or "-",
        each.note or "-",
    )


def _refused(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
