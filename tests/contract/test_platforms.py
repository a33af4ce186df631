"""What a platform makes of our answers, and we of what it sends back: the same bid at the same price, or none."""

import json
import re
from collections.abc import Mapping
from itertools import product
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.dialects.answers import write_ping_answer, write_post_answer
from app.dialects.body.read import read_body
from app.dialects.body.xml_tree import xml_tree
from app.dialects.dialect import Price
from app.dialects.feedback import read_notice, read_outcome
from app.dialects.generic import ping_id_of, read_ping, read_post
from app.dialects.text import is_absent
from app.dialects.values.guard import is_personal
from app.dialects.written import CONTENT_TYPES, Format, price, quoted_price
from app.domain.money import CENTS_MAX, cents, dollars
from app.domain.reasons import ACCEPT_WORDS, REASONS, Disclosure, Refusal, disclosed
from app.domain.seller import Seller
from app.domain.token import BidToken, mint, read
from app.domain.vertical import Vertical
from app.platforms.known import DIALECTS, PARSERS
from app.platforms.parsers import Words, by_path
from app.platforms.platform import ParsedAnswer, Parser, Parsers, ReceivedAnswer
from app.wire.feedback import Notice, Outcome
from app.wire.ping import Bid, Ping, PingAnswer, Value
from app.wire.post import Post, PostAnswer, PostStatus
from tests.contract.platforms import Legs, answers_of

KEYS = {1: b"k" * 32}
SELLER = Seller(name="acme", title="Acme", key_sha256=())
VERTICALS = {"solar": Vertical(name="solar", title="Solar")}
LEAD: dict[str, Value] = {
    "vertical": "solar",
    "zip": "78701",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "phone": "5124612234",
}

# Each in up to forty-four ways: to think of an example takes longer than to write it in a dialect and a format.
quick = settings(derandomize=True, deadline=None, max_examples=15)

OURS: Words = {"accepted": "accepted", "duplicate": "duplicate", "reping": "reping", "error": "error"}
PROSPER: Words = {"ACCEPTED": "accepted", "DUPLICATED": "duplicate", "ERROR": "error"}
TWINS: dict[tuple[str, Format], Parsers] = {
    ("generic", "xml"): Parsers(
        ping=by_path("status", OURS, price="price", id="ping_id", reason="reason"),
        post=by_path("status", OURS, price="price", id="lead_id", reason="reason"),
    ),
    ("leadprosper", "xml"): Parsers(
        ping=by_path("status", PROSPER, price="payout", id="ping_id", reason="message"),
        post=by_path("status", PROSPER, price="payout", id="lead_id", reason="message"),
    ),
}
"""Clients that look for literals or for a place in a list, as they would be set up for XML."""

SPOKEN = [(name, form) for name, dialect in DIALECTS.items() for form in dialect.formats if form != "text"]
PRICED: list[tuple[str, Format, Price]] = [(*spoken, money) for spoken in SPOKEN for money in (price, quoted_price)]

amounts = st.one_of(st.integers(1, 20_000), st.integers(100_000, CENTS_MAX), st.sampled_from([1, 10, 1610, CENTS_MAX]))
words = st.sampled_from(
    [*ACCEPT_WORDS, "ok", "Matched", "continue", "sold", "ACCEPTED", "Ping Accepted", "1", "Success"]
)
markup = st.sampled_from(
    ['","status":"accepted', "</reason><status>Matched</status>", "&lt;", "]]>", "\x00", "\ud800", "é"]
)
any_text = st.lists(st.one_of(words, markup, st.text(max_size=8)), max_size=3).map(" ".join)
lead_ids = st.text("0123456789abcdef", min_size=24, max_size=24)


@st.composite
def tokens(draw: st.DrawFn) -> list[BidToken]:
    """What one or both legs of a bid promise, the best first."""
    prices = sorted(draw(st.lists(amounts, min_size=1, max_size=2)), reverse=True)
    return [
        BidToken(
            expires_at=draw(st.integers(1, 2**32 - 1)),
            price_cents=price_cents,
            campaign=draw(st.binary(min_size=6, max_size=6)),
            leg="shared" if place else "exclusive",
            test=draw(st.booleans()),
            nonce=draw(st.binary(min_size=8, max_size=8)),
            terms=draw(st.binary(min_size=6, max_size=6)),
            certificate=draw(st.binary(min_size=6, max_size=6)),
        )
        for place, price_cents in enumerate(prices)
    ]


@quick
@given(promised=tokens(), brand=any_text)
def test_a_bid_comes_back_as_it_was_made(promised: list[BidToken], brand: str) -> None:
    ids = [mint(token, 1, KEYS[1]) for token in promised]
    answer = bidding(ids, promised, brand)
    for name, form, money in PRICED:
        written = write_ping_answer(answer, form, DIALECTS[name], money)
        heard = parsers(name, form).ping(said(written, form))
        assert (heard.outcome, heard.id, cents(heard.price)) == ("accepted", ids[0], promised[0].price_cents), written
        legs = legs_of(name)
        told = [(heard.id, heard.price)] if legs is None else legs_in(written, name, form, legs)
        assert [cents(each) for _, each in told] == [token.price_cents for token in promised[: len(told)]], written
        for (bid_id, _), token in zip(told, promised, strict=False):
            assert read(posted_id(name, bid_id), KEYS) == token, written


@quick
@given(ping_id=tokens().map(lambda made: mint(made[0], 1, KEYS[1])), lead_id=lead_ids, amount=amounts, url=any_text)
def test_a_sale_is_reported_as_it_was_made(ping_id: str, lead_id: str, amount: int, url: str) -> None:
    """Its price and its id come back as a notice and as an outcome, also from platforms that make a double of it."""
    answer = PostAnswer(status="accepted", ping_id=ping_id, lead_id=lead_id, price_cents=amount, redirect_url=url)
    for name, form, money in PRICED:
        written = write_post_answer(answer, form, DIALECTS[name], money)
        heard = parsers(name, form).post(said(written, form, DIALECTS[name].bought))
        assert (heard.outcome, heard.id) == ("accepted", lead_id), written
        for told in (heard.price, float(heard.price)):
            notice = read_notice({"ping_id": ping_id, "result": "won", "price": told}, SELLER).value
            outcome = read_outcome({"lead_id": heard.id, "event": "sold", "value": told}).value
            assert isinstance(notice, Notice), written
            assert isinstance(outcome, Outcome), written
            assert (notice.ping_id, notice.price_cents) == (ping_id, amount), written
            assert (outcome.lead_id, outcome.value_cents) == (lead_id, amount), written


def test_every_cent_is_written_and_read_as_itself() -> None:
    for amount in (*range(20_001), *range(99_900, 4_294_967_295, 7_654_321)):
        number, text = bytes(price(amount)).decode(), bytes(quoted_price(amount)).decode()
        assert re.fullmatch(r"(0|[1-9]\d*)\.\d\d", number)
        assert text == f'"{number}"'
        assert amount > CENTS_MAX or cents(number) == cents(json.loads(text)) == cents(json.loads(number)) == amount


@quick
@given(amount=amounts)
def test_a_floor_is_the_same_cents_however_a_platform_writes_it(amount: int) -> None:
    text = dollars(amount)
    spellings: list[Value] = [float(text), text, f"${text}", f"{amount // 100:,}.{amount % 100:02d}"]
    for name, written in product(DIALECTS, spellings):
        ping = sent(name, {**LEAD, "min_price": written})
        assert isinstance(ping, Ping), (name, written)
        assert ping.min_price_cents == amount, (name, written)


@quick
@given(own=st.text(min_size=1, max_size=128).map(lambda text: "".join(filter(str.isprintable, text)).strip()))
@example(own="{A/B}&<c>+%41;d='e\"#?")
@example(own="<lead><zip>1</zip></lead>")
@example(own='{"zip":"10001"}')
@example(own="Ünï—\U0001d54f")
@example(own="C" + "a" * 63)
@example(own="0012345678901234567890")
@example(own="true")
def test_a_sellers_own_id_is_the_same_on_its_ping_and_its_post(own: str) -> None:
    assume(own and not is_absent(own) and not is_personal(own))
    lead = {**LEAD, "seller_lead_id": own}
    for name in DIALECTS:
        ping, post = sent(name, lead), sent(name, lead, "C" + "Z" * 63)
        assert isinstance(ping, Ping), name
        assert isinstance(post, Post), name
        assert (ping.seller_lead_id, post.seller_lead_id, post.ping_id) == (own, own, "C" + "Z" * 63), name


def test_every_reason_is_heard_as_a_refusal() -> None:
    disclosures: list[Disclosure] = ["full", "class", "opaque"]
    for disclosure, code, detail in product(disclosures, REASONS, ("", "zip: five digits", "day", "Mon 08:00")):
        told, reason = disclosed(Refusal(code, detail), disclosure)
        ping = PingAnswer(status="rejected", ping_id="0f" * 12, reason=reason, reason_code=told)
        post = PostAnswer(status="rejected", ping_id="", reason=reason, reason_code=told)
        for name, form in SPOKEN:
            outcome = "duplicate" if is_told_apart(name, told) else "refused"
            assert heard_ping(ping, name, form, 200).outcome == outcome, (name, form, code, disclosure)
            assert heard_post(post, name, form, 200).outcome == "refused", (name, form, code, disclosure)


refusals = st.builds(
    lambda code, detail, disclosure: disclosed(Refusal(code, detail), disclosure),
    st.sampled_from(list(REASONS)),
    any_text,
    st.sampled_from(["full", "class", "opaque"]),
)
STATUSES = (200, 201, 400, 401, 405, 409, 413, 415, 422, 429, 503)


@quick
@given(refusal=refusals, status=st.sampled_from(["rejected", "error"]), ping_id=any_text, warnings=st.lists(any_text))
def test_no_refused_ping_is_heard_as_a_bid(
    refusal: tuple[str, str], status: Any, ping_id: str, warnings: list[str]
) -> None:
    code, reason = refusal
    answer = PingAnswer(status=status, ping_id=ping_id, reason=reason, reason_code=code, warnings=tuple(warnings))
    for name, form in SPOKEN:
        heard = heard_ping(answer, name, form, 200)
        refused = "duplicate" if is_told_apart(name, code) else "refused"
        assert heard.outcome in ("refused", refused, "error"), (name, form)
        assert heard.price in ("", "0", "0.00"), (name, form)
        assert_no_sale(name, form, write_ping_answer(answer, form, DIALECTS[name]))


@quick
@given(refusal=refusals, status=st.sampled_from(["duplicate", "rejected", "reping", "error"]), texts=st.lists(any_text))
def test_no_refused_post_is_heard_as_a_sale(refusal: tuple[str, str], status: PostStatus, texts: list[str]) -> None:
    code, reason = refusal
    ping_id, lead_id, url, *warnings = [*texts, "", "", ""]
    answer = PostAnswer(
        status=status,
        ping_id=ping_id,
        lead_id=lead_id,
        price_cents=1_250,
        reason=reason,
        reason_code=code,
        redirect_url=url,
        warnings=tuple(warnings),
    )
    for name, form in SPOKEN:
        heard = heard_post(answer, name, form, 200)
        assert heard.outcome in ("refused", status), (name, form)
        assert heard.price in ("", "0", "0.00"), (name, form)
        assert_no_sale(name, form, write_post_answer(answer, form, DIALECTS[name]))


@quick
@given(promised=tokens(), texts=st.lists(any_text, min_size=3, max_size=3), lead_id=lead_ids)
def test_no_bid_and_no_sale_is_heard_as_a_refusal(promised: list[BidToken], texts: list[str], lead_id: str) -> None:
    brand, warning, url = texts
    ids = [mint(token, 1, KEYS[1]) for token in promised]
    answer = bidding(ids, promised, brand, (warning,))
    sale = PostAnswer(
        status="accepted", ping_id=ids[0], lead_id=lead_id, price_cents=1, redirect_url=url, warnings=(warning,)
    )
    for name, form in SPOKEN:
        assert heard_ping(answer, name, form, 200).outcome == "accepted", (name, form)
        outcomes = {heard_post(sale, name, form, status).outcome for status in (200, DIALECTS[name].bought)}
        assert outcomes == {"accepted"}, (name, form)


@quick
@given(refusal=refusals, texts=st.lists(any_text, min_size=2, max_size=2), promised=tokens())
def test_lines_of_text_begin_with_what_happened(
    refusal: tuple[str, str], texts: list[str], promised: list[BidToken]
) -> None:
    code, reason = refusal
    ping = PingAnswer(status="rejected", ping_id=texts[0], reason=reason, reason_code=code, warnings=(texts[1],))
    post = PostAnswer(status="rejected", ping_id=texts[0], reason=reason, reason_code=code, redirect_url=texts[1])
    bid = bidding([mint(token, 1, KEYS[1]) for token in promised], promised, texts[0])
    for dialect in (dialect for dialect in DIALECTS.values() if "text" in dialect.formats):
        for written in (write_ping_answer(ping, "text", dialect), write_post_answer(post, "text", dialect)):
            assert written.splitlines()[0] in (b"REJECTED", b"FAILURE"), dialect
            assert_spells_no_sale(written)
        assert write_ping_answer(bid, "text", dialect).splitlines()[0] in (b"ACCEPTED", b"SUCCESS"), dialect


def bidding(ids: list[str], promised: list[BidToken], brand: str, warnings: tuple[str, ...] = ()) -> PingAnswer:
    bids = tuple(
        Bid(bid_id=bid_id, type=token.leg, price_cents=token.price_cents, brand=brand)
        for bid_id, token in zip(ids, promised, strict=True)
    )
    return PingAnswer(
        status="accepted", ping_id=ids[0], bids=bids, expires_in=120, expires_at=1_790_000_000, warnings=warnings
    )


def parsers(name: str, form: Format) -> Parsers:
    """How a platform reads the answers to its pings and to its posts."""
    return TWINS.get((name, form), PARSERS[name])


def said(written: bytes, form: Format, status: int = 200) -> ReceivedAnswer:
    return ReceivedAnswer(status=status, content_type=CONTENT_TYPES[form], body=written, ms=1.0)


def heard_ping(answer: PingAnswer, name: str, form: Format, status: int) -> ParsedAnswer:
    return parsers(name, form).ping(said(write_ping_answer(answer, form, DIALECTS[name]), form, status))


def heard_post(answer: PostAnswer, name: str, form: Format, status: int) -> ParsedAnswer:
    return parsers(name, form).post(said(write_post_answer(answer, form, DIALECTS[name]), form, status))


def is_told_apart(name: str, code: str) -> bool:
    """Whether this platform has a word for a ping of somebody whom the buyer knows."""
    return code == "duplicate" and name != "generic" and answers_of(name).says_duplicate_ping


def assert_no_sale(name: str, form: Format, written: bytes) -> None:
    """Whoever may read this dialect, whatever HTTP says: everybody reads ours, its own platform each of the others."""
    everybody = [parsers(each, form) for each in PARSERS]
    readers: list[Parser] = []
    for each in everybody if name == "generic" else [parsers(name, form)]:
        readers += (each.ping, each.post)
    for parser in readers:
        for status in STATUSES:
            assert parser(said(written, form, status)).outcome != "accepted", (name, form)
    if DIALECTS[name].guarded:
        assert_spells_no_sale(written)


def assert_spells_no_sale(written: bytes) -> None:
    text = written.decode().casefold()
    assert not [word for word in ACCEPT_WORDS if word in text]
    assert not re.search(r"\bok\b", text)


def legs_of(name: str) -> Legs | None:
    """Where a dialect says each leg's id and price, if it has a place for each."""
    return Legs(list="bids", id="bid_id", price="price") if name == "generic" else answers_of(name).legs


def legs_in(written: bytes, name: str, form: Format, legs: Legs) -> list[tuple[str, str]]:
    """Id and price of each leg, where a platform finds them."""
    if form == "xml":
        (entry,) = xml_tree(written)[legs.list].values()
        entries = entry if isinstance(entry, list) else [entry]
    else:
        tree = json.loads(written, parse_float=str)
        entries = tree.get(DIALECTS[name].root, tree)[legs.list]
    return [(entry[legs.id], entry[legs.price]) for entry in entries]


def posted_id(name: str, bid_id: str) -> str:
    """The bid that we see in a platform's post to this id."""
    request = DIALECTS[name].sends.sent("post", LEAD, "s3cret", bid_id)
    fields = read_body(request.body, request.content_type)
    assert isinstance(fields, dict)
    return ping_id_of(fields, SELLER)


def sent(name: str, lead: Mapping[str, Value], ping_id: str = "") -> Ping | Post | Refusal:
    """A ping as a platform sends it or, to a bid, a post: as we read it."""
    request = DIALECTS[name].sends.sent("post" if ping_id else "ping", lead, "s3cret", ping_id)
    fields = read_body(request.body, request.content_type)
    assert isinstance(fields, dict)
    if ping_id:
        return read_post(fields, SELLER, VERTICALS, VERTICALS["solar"]).value
    return read_ping(fields, SELLER, VERTICALS, lambda *_: "").value
