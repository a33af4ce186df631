"""Prints a sample request of a made-up consumer: a ping, the post that answers its bid, or the curl command."""

import argparse
import os
import sys
import time
from collections.abc import Iterable
from hashlib import sha256
from math import ceil, floor
from shlex import quote

import msgspec

from app.cli.places import add_config, add_data
from app.cli.service.sample_place import ANYWHERE, Home, NoSample, housed
from app.config.load import Declared, load
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.circumstances import VERTICALS, questions
from app.mock_exchange.consumers import Consumer, consent_text, consumer, ping_of, post_of
from app.packaged import DEMO_CONFIG
from app.wire.ping import Value

POPULATION = 1
PLACEHOLDER = "PING_ID"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid sample ping|post [--seller S] [--seed N] [--zip Z] [--state S] [--ping-id ID] [--curl] ...`."""
    parser.add_argument(
        "kind", choices=("ping", "post"), help="what to print; a post matches the ping of the same seed"
    )
    parser.add_argument(
        "--seller", default="", help="the seller that sends it (default: the first in the configuration)"
    )
    parser.add_argument("--seed", type=_seed, default=1, help="which consumer: 1, 2, ... (default: 1)")
    parser.add_argument("--vertical", default="", help="the vertical of the lead (default: by the seed, in turn)")
    parser.add_argument("--zip", default="", help="its ZIP code (default: one where the buyer buys)")
    parser.add_argument("--state", default="", help="its state, two letters (default: that of the ZIP code)")
    parser.add_argument("--ping-id", default=PLACEHOLDER, help="the ping_id of the bid that the post answers")
    parser.add_argument("--curl", action="store_true", help="print a complete curl command instead of the body")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the URL of the service, for --curl")
    add_config(parser, usual=DEMO_CONFIG)
    add_data(parser)


def run(args: argparse.Namespace) -> int:
    """0 where a sample was printed."""
    loaded = load(args.config, environ=os.environ)
    if isinstance(loaded, tuple):
        print(*loaded, sep="\n", file=sys.stderr)
        return 1
    try:
        seller = _seller(loaded.declared, args.seller)
        place = Home(zip=args.zip, state=args.state.upper())
        body = sample(loaded.declared, args.kind, args.seed, args.vertical, args.ping_id, time.time(), place)
    except NoSample as error:
        print(error, file=sys.stderr)
        return 2
    text = msgspec.json.encode(body).decode()
    print(_curl(f"{args.url.rstrip('/')}/v1/{args.kind}", seller, text) if args.curl else text)
    return 0


def sample(
    declared: Declared, kind: str, seed: int, vertical_name: str, ping_id: str, now: float, place: Home = ANYWHERE
) -> dict[str, Value]:
    """One flat ping or post in canonical names about consumer `seed`, whose consent names this buyer.

    The consumer lives where it is asked to, else where the buyer buys; NoSample where that is not to be had.
    """
    vertical = _vertical(declared, seed, vertical_name)
    chance = chance_of(POPULATION, "sample", seed)
    who = _answering(consumer(POPULATION, seed, vertical.name), vertical, chance)
    who = housed(who, place, [each for each in declared.campaigns if each.vertical == vertical.name], chance)
    brand = (*declared.buyer.brands, declared.buyer.legal_name)[0]
    topic = (*vertical.consent_words, vertical.title)[0]
    consent = consent_text(_listed((brand, *vertical.buyer_types)), topic)
    return ping_of(who, now, consent=consent) if kind == "ping" else post_of(who, ping_id, now, consent=consent)


def _seed(text: str) -> int:
    seed = int(text)
    if seed < 1:
        raise argparse.ArgumentTypeError("consumers are numbered from 1")
    return seed


def _seller(declared: Declared, name: str) -> Seller:
    by_name = {seller.name: seller for seller in declared.sellers}
    if not by_name:
        raise NoSample("the configuration declares no seller")
    if name and name not in by_name:
        raise NoSample(f"there is no seller {name!r}; there are: {', '.join(by_name)}")
    return by_name[name] if name else declared.sellers[0]


def _vertical(declared: Declared, seed: int, name: str) -> Vertical:
    """The vertical asked for, else one by the seed: in the order of the population's own forms, then of the file."""
    by_name = {vertical.name: vertical for vertical in declared.verticals}
    if name and name not in by_name:
        raise NoSample(f"there is no vertical {name!r}; there are: {', '.join(by_name)}")
    in_turn = [form for form in VERTICALS if form in by_name] + [other for other in by_name if other not in VERTICALS]
    return by_name[name or in_turn[(seed - 1) % len(in_turn)]]


def _answering(who: Consumer, vertical: Vertical, chance: Chance) -> Consumer:
    """The consumer with an answer to every question of this buyer that it did not leave blank."""
    told = {**who.fields, **who.later}
    asked = questions(vertical.name)
    answers: dict[str, Value] = {}
    for field in vertical.fields:
        value = told.get(field.name)
        if value is not None and _admits(field, value):
            answers[field.name] = value
        elif field.required or field.name not in asked:
            answers[field.name] = _made_up(field, chance)
    early = {field.name for field in vertical.fields if field.known_at_ping}
    return msgspec.structs.replace(
        who,
        fields={name: value for name, value in answers.items() if name in early},
        later={name: value for name, value in answers.items() if name not in early},
    )


def _admits(field: Field, value: Value) -> bool:
    if field.type == "boolean" or isinstance(value, bool):
        return field.type == "boolean" and isinstance(value, bool)
    if isinstance(value, str):
        return value in field.values if field.type == "choice" else field.type == "text"
    low, high = _range(field)
    return field.type in ("integer", "number") and low <= value <= high


def _made_up(field: Field, chance: Chance) -> Value:
    """Any value that the field admits, for a question which the population does not know."""
    low, high = _range(field)
    if field.type == "choice":
        return chance.one_of(field.name, field.values)
    if field.type == "boolean":
        return chance.below(field.name, 0.5)
    if field.type == "date":
        return (
            f"2026-{chance.integer(f'{field.name}/month', 1, 9):02d}-{chance.integer(f'{field.name}/day', 1, 28):02d}"
        )
    if field.type == "text":
        return field.example or "unknown"
    if field.type == "number":
        return low + chance.uniform(field.name) * (high - low)
    return chance.integer(field.name, ceil(low), floor(high))


def _range(field: Field) -> tuple[float, float]:
    low = field.minimum if field.minimum is not None else min(0.0, field.maximum or 0.0)
    return low, field.maximum if field.maximum is not None else low + 100.0


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _curl(url: str, seller: Seller, body: str) -> str:
    published = f"demo-{seller.name}-key"
    known = sha256(published.encode()).hexdigest() in seller.key_sha256
    # A real key is the seller's secret: the shell puts it in, so it stands in no history and in no screenshot.
    key = quote(f"X-API-Key: {published}") if known else '"X-API-Key: $LEADBID_KEY"'
    return f"curl -sS -X POST {quote(url)} -H {key} -H 'Content-Type: application/json' -d {quote(body)}"
