"""A request as read, for every endpoint of sellers and operators: who asks, what, and in which dialect."""

import re
from collections.abc import Callable, Container, Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from app.dialects.body.content_encoding import UNDERSTOOD, unpacked
from app.dialects.body.read import encoding_of, read_body
from app.dialects.body.unreadable import UnreadableBody
from app.dialects.dialect import Dialect
from app.dialects.own_words import GENERIC
from app.dialects.plain.ping import PlainPings, plain_pings
from app.dialects.plain.post import PlainPosts, PostAtOnce, plain_posts
from app.dialects.text import Scalar, alike, text_of
from app.dialects.written import Format, answer_format
from app.domain.buyer import Operator
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.domain.token import LENGTH as BID_LENGTH
from app.domain.token import looks_like_token
from app.domain.vertical import Vertical
from app.http.asgi_request import BODY_MAX, KEYLESS_BODY_MAX, Scope
from app.http.authentication import comes_from, keys_in_fields, keys_in_headers, sha256_of, whose_key
from app.platforms.known import DIALECTS
from app.wire.ping import Ping

Takes = Literal["ping", "post", "lead", "notice", "feedback"]
"""A `lead` is a ping, a post or both at once: the request says which."""

Mode = Literal["ping", "post", "full", "notice", "feedback"]

_MODES: dict[str, Mode] = {
    "ping": "ping",
    "pingonly": "ping",
    "post": "post",
    "full": "full",
    "fullpost": "full",
    "direct": "full",
    "directpost": "full",
}
_MODE_NAMES = frozenset({"mode", "action", "requesttype"})


class Route(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One path. `dialect` is `None` where the seller's own counts; a `suffix` only chooses the format of the answer."""

    takes: Takes
    dialect: Dialect | None = None
    test: bool = False
    suffix: str = ""


Admit = Callable[[Seller], Refusal | None]
"""Why another ping of a seller that has a rate is held back; nothing where it is not."""


Headers = tuple[tuple[bytes, bytes], ...]


class _Fault(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Why a request is not looked at any further, and the HTTP status and headers that say so."""

    status: int
    refusal: Refusal
    headers: Headers = ()


_LIKE_A_BID = re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{%d}(?![A-Za-z0-9_-])" % BID_LENGTH)
_GZIP = b"\x1f"
"""The first byte of a squeezed body, and of nothing else that anybody sends."""

_NOBODY = _Fault(401, Refusal("auth_failed"))
_TOO_LARGE = _Fault(413, Refusal("invalid_field", f"body: send at most {BODY_MAX // 1024} kB"))
_TOO_LARGE_WITHOUT_KEY = _Fault(
    413,
    Refusal("invalid_field", f"body: send the key in a header, or at most {KEYLESS_BODY_MAX // 1024} kB"),
)

_ONLY_POST = ((b"allow", b"POST"),)
_SEND_A_POST = _Fault(405, Refusal("invalid_field", "method: send a POST"), _ONLY_POST)

_EITHER_WAY = ((b"allow", b"GET, POST"),)
"""Some seller may send a GET."""

_NO_SUCH_METHOD = _Fault(405, _SEND_A_POST.refusal, _EITHER_WAY)
_NO_BROWSERS = _Fault(
    405, Refusal("invalid_field", "method: send a POST, from a server: in a page everybody reads the key"), _EITHER_WAY
)

FEEDBACK = Route(takes="feedback", dialect=GENERIC)
"""Feedback is read and answered in our own words by everybody."""

NOTICE = Route(takes="notice", dialect=GENERIC)
"""The same from a seller, whose platform may send it by GET where it sends leads so."""


class RawRequest(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One request as it came: `body` is None where it was too large, `now` UTC epoch seconds, `started` steady ones."""

    scope: Scope
    body: bytes | None
    now: float
    started: float


class SellerRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One request as far as its endpoint understands it.

    `mode` is what it wants done. `refusal` is why it is not looked at any further, `status` and `fault_headers` are
    what HTTP says of that. A `ping` or `post` that was read at once leaves no fields to be read.
    """

    route: Route
    scope: Scope
    seller: Seller | None
    operator: Operator | None
    fields: dict[str, Scalar]
    ping: Ping | None = None
    post: PostAtOnce | None = None
    body: bytes
    dialect: Dialect
    format: Format
    now: float
    started: float
    test: bool
    mode: Mode
    refusal: Refusal | None = None
    status: int = 200
    fault_headers: Headers = ()

    @property
    def keyless_fault(self) -> str:
        """What is wrong with a request of nobody that is known."""
        if self.status in (400, 413, 415):
            return "too_large" if self.status == 413 else "unreadable"
        offered = [*head_of(self.scope).keys, *keys_in_fields(self.fields)]
        return "wrong_key" if offered else "no_key"


def _everybody(_: Seller) -> None:
    """Nobody is held back."""


HEAD = "leadbid.head"
"""Where a scope keeps what its headers say."""


class Head(msgspec.Struct, gc=False):
    """The headers by name, and what every reader asks of them; `keys` are all that they offer.

    `plain` is what a post or a plain ping with this head is read as, whatever its body says, among the `sellers` of one
    configuration, and `pings` or `posts` read the plain ones.
    """

    headers: dict[bytes, bytes]
    content_type: str
    accept: str
    keys: tuple[str, ...]
    plain: "SellerRequest | None" = None
    pings: PlainPings | None = None
    posts: PlainPosts | None = None
    sellers: Mapping[str, Seller] = {}


def head_of(scope: Scope) -> Head:
    """What the headers of a request say, read once."""
    kept = scope.get(HEAD)
    if isinstance(kept, Head):
        return kept
    headers = dict(scope["headers"])
    content_type, accept = (headers.get(name, b"").decode("latin-1") for name in (b"content-type", b"accept"))
    scope[HEAD] = head = Head(headers, content_type, accept, tuple(keys_in_headers(headers)))
    return head


def body_max_of(scope: Scope, known: Mapping[str, Seller]) -> int:
    """So many bytes of a body are taken in from whoever sent these headers."""
    return _body_max(whose_key(head_of(scope).keys, known))


def read_request(
    raw: RawRequest,
    route: Route,
    sellers: Mapping[str, Seller],
    certified: Container[str] = (),
    operators: Mapping[str, Operator] | None = None,
    admit: Admit = _everybody,
    verticals: Mapping[str, Vertical] | None = None,
) -> SellerRequest:
    """What stands in a request; `sellers` are known by the digest of their keys, `certified` ones are live by now.

    Where `operators` are given it takes the key of one of them, in a header, instead of a seller's. What its headers
    refuse is refused without a look at its body, and so is a ping that `admit` holds back. Where there are `verticals`,
    a live ping or post in one of them is read at once if it is a plain one.
    """
    head = head_of(raw.scope)
    if head.sellers is sellers:
        # It is not plain, or `read_again` would have read it.
        verticals = None
    request = _read(raw, head, route, sellers, certified, operators, admit, verticals)
    seller = request.seller
    if seller is None or not _asks_freely(seller):
        return request
    is_post = _is_said_by_its_head(request, head)
    if verticals is not None and (request.ping is not None or is_post):
        form = _format(route, request.dialect, seller, {}, b"{", head)
        head.plain = replace(request, scope={}, fields={}, ping=None, post=None, body=b"", format=form)
        head.pings = None if is_post else plain_pings(seller, verticals)
        head.posts = plain_posts(seller, verticals) if is_post else None
        head.sellers = sellers
    return request


def read_again(raw: RawRequest, sellers: Mapping[str, Seller]) -> SellerRequest | None:
    """What stands in a request with the head of a post or of a plain ping, where that is plain too."""
    head: Head | None = raw.scope.get(HEAD)
    body = raw.body
    if head is None or head.sellers is not sellers or head.plain is None or body is None:
        return None
    if head.posts is not None:
        return _post_again(raw, body, head, head.plain, head.posts)
    ping = head.pings.read(body) if head.pings is not None else None
    if ping is None:
        return None
    return replace(head.plain, scope=raw.scope, ping=ping, body=body, now=raw.now, started=raw.started)


def _post_again(
    raw: RawRequest, body: bytes, head: Head, plain: SellerRequest, posts: PlainPosts
) -> SellerRequest | None:
    """The same of a post, if its body is neither squeezed nor longer than anybody's may be."""
    if len(body) > KEYLESS_BODY_MAX or body[:1] == _GZIP:
        return None
    post = None if plain.test else posts.read(body)
    if post is not None:
        return replace(plain, scope=raw.scope, post=post, body=body, now=raw.now, started=raw.started)
    fields = read_body(body, head.content_type)
    if isinstance(fields, UnreadableBody):
        return None
    form = _format(plain.route, plain.dialect, plain.seller, fields, body, head)
    return replace(plain, scope=raw.scope, fields=fields, body=body, format=form, now=raw.now, started=raw.started)


def _is_said_by_its_head(request: SellerRequest, head: Head) -> bool:
    """Whether of a post all but its fields and the format of its answer is said by its head."""
    return (
        request.route.takes == "post"
        and request.refusal is None
        and bool(head.keys)
        and request.dialect.variant is None
        and b"content-encoding" not in head.headers
        and not request.scope["query_string"]
    )


def _asks_freely(seller: Seller) -> bool:
    """Whether a seller is live, from anywhere, and as often as it likes: then all is said by its head and its ping."""
    return seller.mode == "live" and seller.rate_per_s <= 0.0 and not seller.allowed_ips


def _read(
    raw: RawRequest,
    head: Head,
    route: Route,
    sellers: Mapping[str, Seller],
    certified: Container[str],
    operators: Mapping[str, Operator] | None,
    admit: Admit,
    verticals: Mapping[str, Vertical] | None,
) -> SellerRequest:
    scope = raw.scope
    caller = whose_key(head.keys, sellers)
    seller = _at_home(scope, caller)
    operator = whose_key(head.keys, operators) if operators is not None else None
    who = caller or operator
    unpacked_body = _plain_body(raw.body, head.headers, who)
    body = unpacked_body if isinstance(unpacked_body, bytes) else b""
    fault = _other_method(scope["method"], route.takes)
    if operators is not None:
        fault = fault or (_NOBODY if operator is None else None)
    elif head.keys:
        fault = fault or _fault_of(scope, route.takes, seller, admit)
    test = route.test or (seller is not None and seller.mode != "live" and not seller.is_live(certified))
    fields: dict[str, Scalar] | _Fault = {}
    ping = post = None
    if fault is not None:
        fields = _fields_of_query(scope)
    else:
        if verticals is not None and seller is not None and not (test or scope["query_string"]):
            if route.takes == "post":
                post = plain_posts(seller, verticals).read(body)
            else:
                ping = plain_pings(seller, verticals).read(body)
        if ping is None and post is None:
            fields = _fields(unpacked_body, scope, head.content_type, who)
    if isinstance(fields, _Fault):
        fault, fields = fields, {}
    if operators is None and not head.keys:
        seller = _at_home(scope, whose_key(keys_in_fields(fields), sellers))
        # Where keys stand in bodies, a body that cannot be read is all that is wrong.
        fault = fault or _fault_of(scope, route.takes, seller, admit)
    answering = body if fault is _NOBODY and head.keys else b""
    mode = _mode(fields, answering) if route.takes == "lead" else route.takes
    if fault is None and route.takes == "lead" and mode != "post" and seller is not None and seller.rate_per_s > 0.0:
        fault = _held_back(seller, admit)
    dialect = route.dialect or (DIALECTS[seller.dialect] if seller is not None else GENERIC)
    if dialect.variant is not None:
        dialect = dialect.variant(fields) or dialect
    return SellerRequest(
        route=route,
        scope=scope,
        seller=seller,
        operator=operator,
        fields=fields,
        ping=ping,
        post=post,
        body=body,
        dialect=dialect,
        format=_format(route, dialect, seller, fields, body, head),
        now=raw.now,
        started=raw.started,
        test=test,
        mode=mode,
        refusal=fault.refusal if fault is not None else None,
        status=fault.status if fault is not None else 200,
        fault_headers=fault.headers if fault is not None else (),
    )


def texts_like_a_bid(body: bytes) -> list[str]:
    """What in an unread body might be the id of a bid."""
    return [text for each in _LIKE_A_BID.findall(body) if looks_like_token(text := each.decode())]


def with_body(request: SellerRequest) -> SellerRequest:
    """A request of nobody that is known with its body read after all, where that can be read."""
    content_type = head_of(request.scope).content_type
    fields = read_body(request.body[:KEYLESS_BODY_MAX], content_type, request.scope["query_string"])
    return request if isinstance(fields, UnreadableBody) else replace(request, fields=fields)


def with_fields(request: SellerRequest) -> SellerRequest:
    """A request with its fields, also where its post was read at once."""
    if request.post is None:
        return request
    fields = read_body(request.body, head_of(request.scope).content_type)
    return request if isinstance(fields, UnreadableBody) else replace(request, fields=fields, post=None)


def as_declared(request: SellerRequest, seller: Seller) -> SellerRequest:
    """A request as one of its seller by another of its declarations, which may have it answered in another dialect."""
    if seller is request.seller:
        return request
    request = with_fields(request)
    route, fields = request.route, request.fields
    dialect = route.dialect or DIALECTS.get(seller.dialect, request.dialect)
    if dialect.variant is not None:
        dialect = dialect.variant(fields) or dialect
    return replace(
        request,
        seller=seller,
        dialect=dialect,
        format=_format(route, dialect, seller, fields, request.body, head_of(request.scope)),
        refusal=None,
        status=200,
        fault_headers=(),
    )


def may_reach(request: SellerRequest, seller: Seller) -> bool:
    """Whether a seller may send from this address, and in this way."""
    return _at_home(request.scope, seller) is not None and _may_use(
        request.scope["method"], request.route.takes, seller
    )


def offered_keys(request: SellerRequest) -> list[str]:
    """The SHA-256 of each key that a request offers, in hex."""
    return [sha256_of(key) for key in (*head_of(request.scope).keys, *keys_in_fields(request.fields))]


def _fault_of(scope: Scope, takes: Takes, seller: Seller | None, admit: Admit) -> _Fault | None:
    """What is wrong before anything of the body is looked at."""
    if seller is None:
        return _NOBODY
    if scope["method"] != "POST" and not _may_use(scope["method"], takes, seller):
        return _SEND_A_POST
    return _held_back(seller, admit) if takes == "ping" and seller.rate_per_s > 0.0 else None


def _other_method(method: str, takes: Takes) -> _Fault | None:
    """What nobody may send here, whoever asks: a browser's question before a request has no key."""
    if method in ("POST", "GET") or takes == "feedback":
        return None
    return _NO_BROWSERS if method == "OPTIONS" else _NO_SUCH_METHOD


def _held_back(seller: Seller, admit: Admit) -> _Fault | None:
    refusal = admit(seller)
    return _Fault(200, refusal) if refusal is not None else None


def _plain_body(body: bytes | None, headers: Mapping[bytes, bytes], who: object) -> bytes | _Fault:
    """The body as it was before it was squeezed, within what its sender may send."""
    if body is not None and (b"content-encoding" in headers or body[:1] == _GZIP):
        encoding = headers.get(b"content-encoding", b"").decode("latin-1")
        plain = unpacked(body, encoding, _body_max(who))
        if isinstance(plain, UnreadableBody):
            return _fault_in(plain)
        body = plain
    if body is None or (len(body) > KEYLESS_BODY_MAX and len(body) > _body_max(who)):
        return _TOO_LARGE if who is not None else _TOO_LARGE_WITHOUT_KEY
    return body


def _fields(body: bytes | _Fault, scope: Scope, content_type: str, who: object) -> dict[str, Scalar] | _Fault:
    if isinstance(body, _Fault):
        return body
    query = scope["query_string"]
    if len(query) > KEYLESS_BODY_MAX and len(query) > _body_max(who):
        return _TOO_LARGE if who is not None else _TOO_LARGE_WITHOUT_KEY
    fields = read_body(body, content_type, query)
    return _fault_in(fields) if isinstance(fields, UnreadableBody) else fields


def _fault_in(body: UnreadableBody) -> _Fault:
    headers = ((b"accept-encoding", UNDERSTOOD.encode()),) if body.packed else ()
    return _Fault(415 if body.unsupported else 400, body.refusal, headers)


def _body_max(who: object) -> int:
    return BODY_MAX if who is not None else KEYLESS_BODY_MAX


def _fields_of_query(scope: Scope) -> dict[str, Scalar]:
    """What the address alone says, as in which format to answer."""
    query = scope["query_string"]
    fields = read_body(b"", "", query) if query and len(query) <= KEYLESS_BODY_MAX else {}
    return {} if isinstance(fields, UnreadableBody) else fields


def _may_use(method: str, takes: Takes, seller: Seller) -> bool:
    """Whether a method may be used here: feedback's routes have theirs from the router."""
    return takes == "feedback" or method == "POST" or (method == "GET" and seller.allow_get)


def _format(
    route: Route,
    dialect: Dialect,
    seller: Seller | None,
    fields: Mapping[str, Scalar],
    body: bytes,
    head: Head,
) -> Format:
    """What the request asks for, or what its platform or seller is used to; never what the platform has not."""
    usual = seller.format if seller is not None and dialect is GENERIC else dialect.format
    if body[:1] != b"{" and encoding_of(body, head.content_type) == "xml":
        usual = "xml"
    asked = answer_format(fields, head.accept, route.suffix, usual)
    return asked if asked in dialect.formats else dialect.format


def _mode(fields: Mapping[str, Scalar], unread: bytes) -> Mode:
    """What a request to the one endpoint for everything wants: what it says, or a post where it answers a bid."""
    for key, value in fields.items():
        if alike(key.rpartition(".")[2]) in _MODE_NAMES and alike(text_of(value)) in _MODES:
            return _MODES[alike(text_of(value))]
    is_post = any(looks_like_token(text_of(value)) for value in fields.values())
    return "post" if is_post or texts_like_a_bid(unread) else "ping"


def _at_home(scope: Scope, seller: Seller | None) -> Seller | None:
    """The seller, if it may ask from this address."""
    if seller is None or not seller.allowed_ips:
        return seller
    peer = scope["client"][0] if scope.get("client") else ""
    return seller if comes_from(peer, seller.allowed_ips) else None
