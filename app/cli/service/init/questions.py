"""The questions of `leadbid init`: each is answered by an option, at the terminal, or by its default."""

import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.cli.service.init.shipped import SHIPPED
from app.config.values.kind import UnreadableValue, shown
from app.config.values.kinds import read_dollars, read_name, read_slug, read_state, read_text
from app.config.values.zone import read_zone

CRM_SECRET_FILE = "crm-webhook-secret.txt"  # noqa: S105 - the name of a file

EVERYWHERE = "all"
BY_VERTICAL = "by vertical"

_FIELD = "NAME TYPE [VALUE ...], as in `homeowner boolean; roof choice tile metal`"


class BadAnswer(Exception):
    """An answer cannot be what it is; the text says why, and what to write."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer wants. Empty `states` mean everywhere, a price of `None` that of the kind of lead.

    `fields` are those of the one vertical that does not ship: name, type, and what a choice may be.
    """

    legal_name: str
    brand: str
    time_zone: str
    verticals: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]
    states: tuple[str, ...]
    daily_cap: int
    daily_budget: int
    ceiling: int | None
    conversion_value: int | None
    seller: str
    crm_url: str
    crm_secret: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. `wanted` says from the answers so far whether it is asked; `default` is what is taken then."""

    name: str
    asks: str
    help: str
    metavar: str
    default: Callable[[Mapping[str, Any]], str]
    read: Callable[[str], Any]
    wanted: Callable[[Mapping[str, Any]], bool] = lambda _: True

    @property
    def flag(self) -> str:
        """Its option."""
        return f"--{self.name.replace('_', '-')}"


def answers_of(told: Mapping[str, str | None], *, ask: bool) -> Answers:
    """The answers that the options give, and the rest by asking or by default. BadAnswer where one cannot be."""
    found: dict[str, Any] = {}
    for question in QUESTIONS:
        given = told.get(question.name)
        if given is not None:
            found[question.name] = _read(question, given)
        elif ask and question.wanted(found):
            found[question.name] = _asked(question, question.default(found))
        else:
            found[question.name] = _read(question, question.default(found))
    return Answers(**found)


def _read(question: Question, text: str) -> Any:
    try:
        return question.read(text.strip())
    except UnreadableValue as wrong:
        raise BadAnswer(f"{question.flag}: {wrong.reason}: {wrong.remedy}") from None


def _asked(question: Question, default: str) -> Any:
    """The first answer that can be one."""
    while True:
        try:
            text = input(f"{question.asks} [{default}]: " if default else f"{question.asks}: ").strip()
        except EOFError:
            raise BadAnswer("\nthe answers ended: nothing was written") from None
        try:
            return question.read(text or default)
        except UnreadableValue as wrong:
            print(f"  {wrong.reason}: {wrong.remedy}", file=sys.stderr)


def _verticals(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(read_name(each) for each in _listed(text)))
    own = [name for name in names if name not in SHIPPED]
    if not names or len(own) > 1:
        reason = "no kind of lead is named" if not names else f"{' and '.join(own)} both do not ship"
        raise UnreadableValue(reason, f"choose of {', '.join(SHIPPED)}, and at most one of your own")
    return names


def _fields(text: str) -> tuple[tuple[str, ...], ...]:
    fields = tuple(tuple(each.split()) for each in text.split(";") if each.strip())
    for name, *rest in fields:
        read_name(name)
        if not rest:
            raise UnreadableValue(f"{shown(name)} has no type", f"write {_FIELD}")
    return fields


def _states(text: str) -> tuple[str, ...]:
    return () if text.lower() in (EVERYWHERE, "") else tuple(dict.fromkeys(map(read_state, _listed(text))))


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _count(text: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 10_000_000):
        raise UnreadableValue(f"{shown(text)} is not a number of leads", "write it in digits, as 50")
    return int(digits)


def _spent(text: str) -> int:
    amount = read_dollars(text)
    if not amount:
        raise UnreadableValue("nothing can be bought for nothing", "write an amount of dollars, as 1,000")
    return amount


def _price(text: str) -> int | None:
    return None if text in (BY_VERTICAL, "") else _spent(text)


def _url(text: str) -> str:
    if text and not (urlsplit(text).scheme in ("http", "https") and urlsplit(text).hostname):
        raise UnreadableValue(f"{shown(text)} is not a URL", "write it as https://crm.example/leads, or remove it")
    return text


def _reference(text: str) -> str:
    scheme, _, name = text.partition(":")
    if scheme not in ("env", "file") or not name:
        raise UnreadableValue(f"{shown(text)} is not a reference to a secret", "write env:NAME or file:PATH")
    return text


def _is_own(found: Mapping[str, Any]) -> bool:
    return any(name not in SHIPPED for name in found["verticals"])


QUESTIONS = (
    Question(
        name="legal_name",
        asks="Legal name of the buyer",
        help="the buyer's legal name, which consumers' consents may name",
        metavar="NAME",
        default=lambda _: "Example Lead Buyers LLC",
        read=read_text,
    ),
    Question(
        name="brand",
        asks="Brand that consumers see",
        help="its brand, which consents may name as well (default: the legal name)",
        metavar="NAME",
        default=lambda found: str(found["legal_name"]),
        read=read_text,
    ),
    Question(
        name="time_zone",
        asks="Time zone of your business",
        help="in which days begin (default: America/New_York)",
        metavar="ZONE",
        default=lambda _: "America/New_York",
        read=read_zone,
    ),
    Question(
        name="verticals",
        asks=f"Kinds of lead, of {', '.join(SHIPPED)}, or a name of your own",
        help=f"kinds of lead, by commas: {', '.join(SHIPPED)}, or one of your own (default: solar)",
        metavar="NAMES",
        default=lambda _: "solar",
        read=_verticals,
    ),
    Question(
        name="fields",
        asks=f"What its pings tell, by semicolons: {_FIELD}",
        help=f"what pings of your own kind of lead tell, by semicolons: {_FIELD}",
        metavar="FIELDS",
        default=lambda found: "homeowner boolean" if _is_own(found) else "",
        read=_fields,
        wanted=_is_own,
    ),
    Question(
        name="states",
        asks="States in which you buy, by commas",
        help="states in which you buy, by commas (default: all)",
        metavar="STATES",
        default=lambda _: EVERYWHERE,
        read=_states,
    ),
    Question(
        name="daily_cap",
        asks="Leads a day, of each kind, at most",
        help="leads a day of each kind, at most (default: 50)",
        metavar="N",
        default=lambda _: "50",
        read=_count,
    ),
    Question(
        name="daily_budget",
        asks="Dollars a day, for each kind, at most",
        help="dollars a day for each kind, at most (default: 1000)",
        metavar="DOLLARS",
        default=lambda _: "1000",
        read=_spent,
    ),
    Question(
        name="conversion_value",
        asks="Dollars that one converted lead is worth to you",
        help="dollars that one converted lead is worth to you (default: by vertical)",
        metavar="DOLLARS",
        default=lambda _: BY_VERTICAL,
        read=_price,
    ),
    Question(
        name="ceiling",
        asks="Highest price of a lead in dollars",
        help="the highest price of a lead in dollars (default: by vertical)",
        metavar="DOLLARS",
        default=lambda _: BY_VERTICAL,
        read=_price,
    ),
    Question(
        name="seller",
        asks="Name of your first seller",
        help="the first seller, who gets a key (default: first-seller)",
        metavar="NAME",
        default=lambda _: "first-seller",
        read=read_slug,
    ),
    Question(
        name="crm_url",
        asks="URL of your CRM's webhook (empty for none yet)",
        help="where bought leads go: a webhook, signed as Standard Webhooks describe (default: nowhere yet)",
        metavar="URL",
        default=lambda _: "",
        read=_url,
    ),
    Question(
        name="crm_secret",
        asks="Its secret, as env:NAME or file:PATH",
        help=f"its secret as env:NAME or file:PATH (default: a new one in {CRM_SECRET_FILE})",
        metavar="REFERENCE",
        default=lambda _: f"file:{CRM_SECRET_FILE}",
        read=_reference,
        wanted=lambda found: bool(found["crm_url"]),
    ),
)
"""In the order in which they are asked; a later one may look at the answers before it."""
