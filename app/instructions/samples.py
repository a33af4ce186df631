"""Exchanges that a seller can send as they stand: a bid and its sale, and every kind of no."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b

from msgspec.structs import replace

from app.dialects.answers import write_ping_answer, write_post_answer
from app.dialects.body import Unreadable, encoding_of, read_body
from app.dialects.formats import answer_format
from app.dialects.platforms.dialect import Dialect
from app.dialects.platforms.known import DIALECTS, GENERIC
from app.dialects.platforms.sending import Route, Sent
from app.dialects.statuses import ping_status, post_status, told_status
from app.dialects.text import Scalar
from app.dialects.written import CONTENT_TYPES, Format, price, quoted_price
from app.domain.calendar import utc_text
from app.domain.catalogue import Catalogue
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.vertical import Vertical
from app.instructions.example_lead import asked_at_ping, example_lead, in_its_words, sending_of
from app.instructions.exchange import KEY, Answer, Mark, Request, Sample
from app.instructions.simulate import (
    LEAD_ID,
    LINE_ID,
    NOW,
    Promise,
    pinged,
    posted,
    refused_ping,
    refused_post,
)
from app.wire.ping import PingAnswer, Value
from app.wire.post import PostAnswer

WRONG_KEY = "NOT_A_KEY"


def samples_of(catalogue: Catalogue, seller: Seller) -> tuple[Sample, ...]:
    """All of them in the first vertical that is bought, a bid and its sale in each of the others."""
    # Samples show what comes of a ping, which a pause would hide.
    if seller.paused:
        seller = replace(seller, paused=False)
    bought = [each for each in catalogue.verticals.values() if each.name in catalogue.index.verticals]
    made: list[Sample] = []
    for position, vertical in enumerate(bought):
        maker = _Maker(catalogue, seller, vertical, first_number=position * 20 + 1)
        made += maker.all() if position == 0 else maker.sold()
    return tuple(made)


def route_of(seller: Seller, takes: str, *, test: bool = False, dialect: Dialect | None = None) -> str:
    """The path for a ping, a post or a lead, in this dialect or the seller's own; sellers of our words name none."""
    named = dialect or DIALECTS[seller.dialect]
    is_default = dialect is None and named is GENERIC
    kind = "lead" if named.sends.one_endpoint else takes
    return f"/v1/{'' if is_default else named.name + '/'}{'test/' if test else ''}{kind}"


class _Maker:
    """Samples of one seller in one vertical."""

    def __init__(self, catalogue: Catalogue, seller: Seller, vertical: Vertical, first_number: int) -> None:
        self._catalogue = catalogue
        self._seller = seller
        self._vertical = vertical
        self._number = first_number
        self._dialect = DIALECTS[seller.dialect]
        self._sending = sending_of(seller, self._dialect)
        self._promises: dict[str, tuple[Promise, dict[str, Value]]] = {}

    def all(self) -> list[Sample]:
        """Every kind."""
        told_cap = "ZIP 00020 asks a test to be told that a cap is reached."
        told_duplicate = "ZIP 00034 gets a bid whose post is a duplicate."
        told_refused = "ZIP 00043 gets a bid whose post is refused."
        return [
            *self.sold(),
            self._ping("cap", "A ping that is refused", told_cap, "00020"),
            self._ping("duplicate_bid", "A bid for a duplicate", told_duplicate, "00034"),
            *self._post("duplicate", "A post that is a duplicate", "Final: do not send it again.", "duplicate_bid"),
            self._ping("refused_bid", "A bid for a refused post", told_refused, "00043"),
            *self._post("refused", "A post that is refused", "Final: offer the lead to the next buyer.", "refused_bid"),
            self._unknown(),
            self._ping("missing", "A field is missing", "A ping without its ZIP code.", ""),
            self._wrong_key(),
            *(self._direct() if self._seller.direct else ()),
        ]

    def sold(self) -> list[Sample]:
        """A bid and its sale."""
        name, title = self._vertical.name, self._vertical.title
        return [
            self._ping(f"bid_{name}", f"A bid: {title}", "ZIP 00001 gets a test its bid.", "00001"),
            *self._post(f"sale_{name}", f"A sale: {title}", "The whole lead, to that bid.", f"bid_{name}"),
        ]

    def _lead(self, zip_code: str) -> dict[str, Value]:
        campaigns = [each for each in self._catalogue.campaigns.values() if each.vertical == self._vertical.name]
        lead = example_lead(self._catalogue.buyer, self._vertical, tuple(campaigns), self._number)
        self._number += 1
        lead = {**lead, "zip": zip_code} if zip_code else {name: lead[name] for name in lead if name != "zip"}
        return in_its_words(self._seller, self._vertical, lead)

    def _ping(self, name: str, title: str, says: str, zip_code: str) -> Sample:
        token, lead = _token(self._number), self._lead(zip_code)
        sent = self._sending.sent("ping", asked_at_ping(self._seller, self._vertical, lead), KEY)
        answer, promise = pinged(self._catalogue, self._seller, self._dialect, _fields(sent), token)
        if promise is not None:
            self._promises[name] = promise, lead
        said = self._said(sent, answer, self._seller)
        return self._sample(name, title, says, "ping", sent, said, varies=())

    def _post(self, name: str, title: str, says: str, follows: str) -> list[Sample]:
        """One post; none where a campaign's own rules left it without a bid."""
        if follows not in self._promises:
            return []
        promise, lead = self._promises[follows]
        sent = self._sending.sent("post", lead, KEY, promise.ping_id)
        answer = posted(self._catalogue, self._seller, _fields(sent), promise)
        said = self._said(sent, answer, self._seller)
        made = self._sample(name, title, says, "post", sent, said, varies=(Mark("ping_id", promise.ping_id),))
        return [replace(made, follows=follows)]

    def _unknown(self) -> Sample:
        """A post to a bid that is none of ours."""
        token, lead = _token(self._number), self._lead("00001")
        sent = self._sending.sent("post", lead, KEY, token)
        said = self._said(sent, refused_post(Refusal("ping_unknown"), self._seller, token), self._seller)
        says = "The bid has expired or is none of ours: ping again."
        return self._sample("reping", "A bid that is gone", says, "post", sent, said, varies=())

    def _wrong_key(self) -> Sample:
        lead = self._lead("00001")
        sent = self._sending.sent("ping", asked_at_ping(self._seller, self._vertical, lead), WRONG_KEY)
        said = self._said(sent, refused_ping(Refusal("auth_failed"), None), None)
        says = "The key is missing or not known."
        return self._sample("wrong_key", "A wrong key", says, "ping", sent, said, varies=(), key=WRONG_KEY)

    def _direct(self) -> list[Sample]:
        """A lead that was not pinged, in one request."""
        token, lead = _token(self._number), self._lead("00001")
        whole = {route: dict.fromkeys(mode, "full") for route, mode in self._sending.modes.items()}
        sent = replace(self._sending, modes=whole).sent("post", lead, KEY)
        _, promise = pinged(self._catalogue, self._seller, self._dialect, _fields(sent), token)
        if promise is None:
            return []
        answer = posted(self._catalogue, self._seller, {**_fields(sent), "bid_id": token}, promise)
        said = self._said(sent, answer, self._seller)
        made = self._sample(
            "direct", "A lead without a ping", "Bought at our price, if we bid.", "post", sent, said, varies=()
        )
        named = "" if self._dialect is GENERIC else f"{self._dialect.name}/"
        path = f"/v1/{named}test/lead{'' if whole else '?mode=full'}"
        return [replace(made, request=replace(made.request, path=path), answer=_marked(made.answer, token))]

    def _sample(
        self,
        name: str,
        title: str,
        says: str,
        route: Route,
        sent: Sent,
        answer: Answer,
        varies: tuple[Mark, ...],
        key: str = KEY,
    ) -> Sample:
        headers = (("Content-Type", sent.content_type), *self._sending.headers(key).items())
        keys = (Mark("key", KEY),) if key == KEY else ()
        request = Request(
            method="POST",
            path=route_of(self._seller, route, test=True),
            headers=headers,
            body=sent.body.decode(),
            varies=(*keys, *varies),
        )
        return Sample(
            name=name, title=title, says=says, vertical=self._vertical.name, route=route, request=request, answer=answer
        )

    def _said(self, sent: Sent, answer: PingAnswer | PostAnswer, seller: Seller | None) -> Answer:
        """The answer as HTTP has it; `seller` is `None` where its key is not known."""
        dialect = self._dialect
        form = format_of(dialect, seller, sent)
        money = quoted_price if seller is not None and seller.quoted_prices else price
        statuses = seller.statuses if seller is not None else "usual"
        if isinstance(answer, PingAnswer):
            body, status = write_ping_answer(answer, form, dialect, money), ping_status(answer)
        else:
            body, status = write_post_answer(answer, form, dialect, money), post_status(answer, dialect, statuses)
        status, beside = told_status(status, statuses)
        text = body.decode()
        stand_ins = (
            Mark("ping_id", answer.ping_id if len(answer.ping_id) != len(LINE_ID) else ""),
            Mark("line_id", LINE_ID),
            Mark("lead_id", LEAD_ID),
            Mark("time", utc_text(NOW + self._catalogue.buyer.bid_lifetime_s)),
        )
        return Answer(
            status=status,
            headers=(("Content-Type", CONTENT_TYPES[form]), *beside.items()),
            body=text,
            varies=tuple(mark for mark in stand_ins if mark.text and mark.text in text),
        )


def format_of(dialect: Dialect, seller: Seller | None, sent: Sent) -> Format:
    """In which form a request of this platform is answered."""
    usual = seller.format if seller is not None and dialect is GENERIC else dialect.format
    if encoding_of(sent.body, sent.content_type) == "xml":
        usual = "xml"
    asked = answer_format(_fields(sent), "", "", usual)
    return asked if asked in dialect.formats else dialect.format


def _fields(sent: Sent) -> Mapping[str, Scalar]:
    fields = read_body(sent.body, sent.content_type)
    assert not isinstance(fields, Unreadable), "what a platform sends can be read"
    return fields


def _marked(answer: Answer, token: str) -> Answer:
    return (
        answer if token not in answer.body else replace(answer, varies=tuple({*answer.varies, Mark("ping_id", token)}))
    )


def _token(number: int) -> str:
    """What a bid's id looks like; signed by nobody."""
    return urlsafe_b64encode(blake2b(b"sample %d" % number, digest_size=48).digest()).decode()
