"""Sample requests with their answers, ready to send: a bid and its sale, and every kind of refusal."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b

from msgspec.structs import replace

from app.dialects.answers import ping_status, post_status, told_status, write_ping_answer, write_post_answer
from app.dialects.body.read import encoding_of, read_body
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.dialect import Dialect
from app.dialects.names import Route
from app.dialects.own_words import GENERIC
from app.dialects.sending import Sent
from app.dialects.text import Scalar
from app.dialects.written import CONTENT_TYPES, Format, answer_format, price, quoted_price
from app.domain.answers import note_of_test, refused_ping, refused_post
from app.domain.calendar import utc_text
from app.domain.catalogue import Catalogue
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import BEGINNING
from app.domain.vertical import Vertical
from app.instructions.example_lead import asked_at_ping, example_lead, in_its_words, sending_of
from app.instructions.exchange import KEY, Placeholder, SampleAnswer, SampleExchange, SampleRequest
from app.instructions.simulate import LEAD_ID, LINE_ID, NOW, SampleBid, answer_ping, answer_post
from app.platforms.known import DIALECTS
from app.wire.ping import PingAnswer, Value
from app.wire.post import PostAnswer

WRONG_KEY = "NOT_A_KEY"


def samples_of(catalogue: Catalogue, seller: Seller) -> tuple[SampleExchange, ...]:
    """All of them in the first vertical that is bought, a bid and its sale in each of the others."""
    # Samples show what comes of a ping, which a pause would hide.
    if seller.paused:
        seller = replace(seller, paused=False)
    bought = [each for each in catalogue.verticals.values() if each.name in catalogue.index.verticals]
    made: list[SampleExchange] = []
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
        self._bids: dict[str, tuple[SampleBid, dict[str, Value]]] = {}

    def all(self) -> list[SampleExchange]:
        """Every kind."""
        cap = "In a test, ZIP 00020 gets `cap_reached`."
        duplicate = "In a test, ZIP 00034 gets a bid, and its post is a duplicate."
        refused = "In a test, ZIP 00043 gets a bid, and its post is refused."
        return [
            *self.sold(),
            self._ping("cap", "A refused ping", cap, "00020"),
            self._ping("duplicate_bid", "A bid whose post is a duplicate", duplicate, "00034"),
            *self._post("duplicate", "A duplicate post", "Final: do not send it again.", "duplicate_bid"),
            self._ping("refused_bid", "A bid whose post is refused", refused, "00043"),
            *self._post("refused", "A refused post", "Final: offer the lead to the next buyer.", "refused_bid"),
            self._unknown(),
            self._ping("missing", "A missing field", "A ping without a ZIP code.", ""),
            self._wrong_key(),
            *(self._direct() if self._seller.direct else ()),
        ]

    def sold(self) -> list[SampleExchange]:
        """A bid and its sale."""
        name, title = self._vertical.name, self._vertical.title
        return [
            self._ping(f"bid_{name}", f"A bid: {title}", "In a test, ZIP 00001 gets a bid.", "00001"),
            *self._post(f"sale_{name}", f"A sale: {title}", "The full lead, posted to that bid.", f"bid_{name}"),
        ]

    def _lead(self, zip_code: str) -> dict[str, Value]:
        campaigns = [each for each in self._catalogue.campaigns.values() if each.vertical == self._vertical.name]
        lead = example_lead(self._catalogue.buyer, self._vertical, tuple(campaigns), self._number)
        self._number += 1
        lead = {**lead, "zip": zip_code} if zip_code else {name: lead[name] for name in lead if name != "zip"}
        return in_its_words(self._seller, self._vertical, lead)

    def _ping(self, name: str, title: str, says: str, zip_code: str) -> SampleExchange:
        token, lead = _token(self._number), self._lead(zip_code)
        sent = self._sending.sent("ping", asked_at_ping(self._seller, self._vertical, lead), KEY)
        answer, bid = answer_ping(self._catalogue, self._seller, self._dialect, _fields(sent), token)
        if bid is not None:
            self._bids[name] = bid, lead
        return self._sample(name, title, says, "ping", sent, self._written(sent, answer, self._seller), varies=())

    def _post(self, name: str, title: str, says: str, follows: str) -> list[SampleExchange]:
        """One post; none where a campaign's own rules left it without a bid."""
        if follows not in self._bids:
            return []
        bid, lead = self._bids[follows]
        sent = self._sending.sent("post", lead, KEY, bid.ping_id)
        answer = self._written(sent, answer_post(self._catalogue, self._seller, _fields(sent), bid), self._seller)
        sample = self._sample(name, title, says, "post", sent, answer, varies=(Placeholder("ping_id", bid.ping_id),))
        return [replace(sample, follows=follows)]

    def _unknown(self) -> SampleExchange:
        """A post to a bid that we never made."""
        token, lead = _token(self._number), self._lead("00001")
        sent = self._sending.sent("post", lead, KEY, token)
        note = note_of_test(self._seller, is_live=self._seller.is_live(()))
        refusal = refused_post(Refusal("ping_unknown"), self._seller, token, (note,))
        says = "The bid has expired or is not ours: ping again."
        answer = self._written(sent, refusal, self._seller)
        return self._sample("reping", "An expired bid", says, "post", sent, answer, varies=())

    def _wrong_key(self) -> SampleExchange:
        lead = self._lead("00001")
        sent = self._sending.sent("ping", asked_at_ping(self._seller, self._vertical, lead), WRONG_KEY)
        answer = self._written(sent, refused_ping(Refusal("auth_failed"), None, LINE_ID), None)
        says = "The key is missing or wrong."
        return self._sample("wrong_key", "A wrong key", says, "ping", sent, answer, varies=(), key=WRONG_KEY)

    def _direct(self) -> list[SampleExchange]:
        """A lead that was not pinged, in one request."""
        token, lead = _token(self._number), self._lead("00001")
        modes = {route: dict.fromkeys(mode, "full") for route, mode in self._sending.modes.items()}
        sent = replace(self._sending, modes=modes).sent("post", lead, KEY)
        _, bid = answer_ping(self._catalogue, self._seller, self._dialect, _fields(sent), token)
        if bid is None:
            return []
        answer = answer_post(self._catalogue, self._seller, {**_fields(sent), "bid_id": token}, bid)
        written = self._written(sent, answer, self._seller)
        says = "Bought at our price, if we bid."
        sample = self._sample("direct", "A post without a ping", says, "post", sent, written, varies=())
        dialect = "" if self._dialect is GENERIC else f"{self._dialect.name}/"
        path = f"/v1/{dialect}test/lead{'' if modes else '?mode=full'}"
        return [replace(sample, request=replace(sample.request, path=path), answer=_marked(written, token))]

    def _sample(
        self,
        name: str,
        title: str,
        says: str,
        route: Route,
        sent: Sent,
        answer: SampleAnswer,
        varies: tuple[Placeholder, ...],
        key: str = KEY,
    ) -> SampleExchange:
        headers = (("Content-Type", sent.content_type), *self._sending.headers(key).items())
        keys = (Placeholder("key", KEY),) if key == KEY else ()
        request = SampleRequest(
            method="POST",
            path=route_of(self._seller, route, test=True),
            headers=headers,
            body=sent.body.decode(),
            varies=(*keys, *varies),
        )
        return SampleExchange(
            name=name, title=title, says=says, vertical=self._vertical.name, route=route, request=request, answer=answer
        )

    def _written(self, sent: Sent, answer: PingAnswer | PostAnswer, seller: Seller | None) -> SampleAnswer:
        """The answer as it goes over HTTP; `seller` is `None` where its key is not known."""
        dialect = self._dialect
        form = format_of(dialect, seller, sent)
        money = quoted_price if seller is not None and seller.quoted_prices else price
        statuses = seller.statuses if seller is not None else "usual"
        if isinstance(answer, PingAnswer):
            id_key = seller.bid_id_key if seller is not None else ""
            body, status = write_ping_answer(answer, form, dialect, money, id_key=id_key), ping_status(answer)
        else:
            body, status = write_post_answer(answer, form, dialect, money), post_status(answer, dialect, statuses)
        status, more_headers = told_status(status, statuses)
        text = body.decode()
        placeholders = (
            Placeholder("ping_id", answer.ping_id if len(answer.ping_id) != len(LINE_ID) else ""),
            Placeholder("line_id", LINE_ID),
            Placeholder("lead_id", LEAD_ID),
            Placeholder("time", utc_text(NOW + self._catalogue.buyer.bid_lifetime_s)),
        )
        return SampleAnswer(
            status=status,
            headers=(("Content-Type", CONTENT_TYPES[form]), *more_headers.items()),
            body=text,
            varies=tuple(each for each in placeholders if each.text and each.text in text),
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
    assert not isinstance(fields, UnreadableBody), "what a platform sends can be read"
    return fields


def _marked(answer: SampleAnswer, token: str) -> SampleAnswer:
    if token not in answer.body:
        return answer
    return replace(answer, varies=tuple({*answer.varies, Placeholder("ping_id", token)}))


def _token(number: int) -> str:
    """Looks like a bid's id, but is not signed."""
    text = urlsafe_b64encode(blake2b(b"sample %d" % number, digest_size=48).digest()).decode()
    return BEGINNING + text[len(BEGINNING) :]
