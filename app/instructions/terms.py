"""The terms between this buyer and this seller, fields aside: endpoints, keys, limits, tests, reasons, repeats."""

import msgspec
from msgspec.structs import replace

from app.dialects.aliases import KEY_FIELDS
from app.dialects.appetite import write_appetite
from app.dialects.dialect import Dialect
from app.dialects.own_words import GENERIC
from app.domain.catalogue import Catalogue
from app.domain.onboarding.test_values import TABLE
from app.domain.reasons import REASONS, Refusal, disclosed, status_of
from app.domain.returns.policy import REASONS_OF_RETURNS
from app.domain.seller import Seller
from app.instructions.example_lead import sending_of
from app.instructions.exchange import KEY
from app.instructions.samples import route_of
from app.platforms.known import DIALECTS
from app.wire.appetite import AppetiteRow
from app.wire.ping import Ping

NOTICES = "/v1/notices"
STORED_ANSWERS = "/v1/posts/{ping_id}"
SCORECARD = "/v1/scorecard"
APPETITE = "/v1/appetite"
RETURNS = "/v1/returns"
ANSWERED_RETURN = "/v1/returns/{lead_id}"


class RouteLine(msgspec.Struct, frozen=True, kw_only=True):
    """A path that this seller may use, beneath the base URL. `takes` says which requests, if it is the auction's."""

    takes: tuple[str, ...] = ()
    what: str
    methods: tuple[str, ...]
    path: str
    says: str


class KeyPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place for the key: its name, and how the key looks there."""

    name: str
    looks: str


class ReasonLine(msgspec.Struct, frozen=True, kw_only=True):
    """A code as this seller gets it. `final` if a post refused for it must not be sent again."""

    code: str
    text: str
    post_status: str
    final: bool


class ForcedOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """ZIP codes that force an outcome in a test, and the code that this seller then gets, empty for none."""

    zips: tuple[str, ...]
    says: str
    code: str


def routes_of(seller: Seller) -> tuple[RouteLine, ...]:
    """Every endpoint that is open to this seller."""
    by = ("POST", "GET") if seller.allow_get else ("POST",)
    lines = []
    for test, title, note in ((False, "", ""), (True, ", test", " Nothing is bought.")):
        for takes, says in (
            ("ping", "Send a lead without identity, get a price or a refusal."),
            ("post", "Send the full lead to a bid."),
        ):
            path = route_of(seller, takes, test=test)
            lines.append(RouteLine(takes=(takes,), what=takes.title() + title, methods=by, path=path, says=says + note))
    one = f"/v1/{'' if seller.dialect == GENERIC.name else seller.dialect + '/'}lead"
    if not DIALECTS[seller.dialect].sends.one_endpoint:
        says = "One URL for both: set `mode` to ping or post, in the query or the body."
        lines.append(RouteLine(takes=("ping", "post"), what="Either", methods=by, path=one, says=says))
    if seller.direct:
        says = "Send a full lead without a ping: it is bought at our price or refused."
        lines.append(
            RouteLine(takes=("post",), what="Post without a ping", methods=by, path=f"{one}?mode=full", says=says)
        )
    page = f"/sellers/{seller.name}/certification"
    return (
        *lines,
        RouteLine(what="Notice", methods=by, path=NOTICES, says="Tell us whether our bid won, and at which price."),
        RouteLine(
            what="Lost answer", methods=("GET",), path=STORED_ANSWERS, says="Get the stored answer to a post again."
        ),
        RouteLine(what="Returns", methods=("GET",), path=RETURNS, says="See the leads that we want to return."),
        RouteLine(
            what="Answer to a return",
            methods=("POST",),
            path=ANSWERED_RETURN,
            says="Take a lead back, or not.",
        ),
        RouteLine(what="Scorecard", methods=("GET",), path=SCORECARD, says="See your results of the last `days` days."),
        *_appetite(seller),
        RouteLine(what="Certification", methods=("GET",), path=page, says="Follow your tests as you send them."),
    )


def example_appetite(vertical: str) -> str:
    """Two rows of what is bought, as the endpoint writes them; none of it is this buyer's."""
    at = 1_795_273_200.0
    closed = AppetiteRow(vertical=vertical, state="TX", leg="shared", floor_cents=300, until=at + 46_800.0, open=False)
    return write_appetite([replace(closed, leg="exclusive", floor_cents=500, until=at, open=True), closed]).decode()


def _appetite(seller: Seller) -> tuple[RouteLine, ...]:
    """Who is told no reasons is not told what is bought either."""
    if seller.disclosure == "opaque":
        return ()
    return (RouteLine(what="Appetite", methods=("GET",), path=APPETITE, says="See what we buy now, and send that."),)


def key_places(seller: Seller) -> tuple[KeyPlace, ...]:
    """Where the key may stand, first where the seller's platform puts it."""
    sends = sending_of(seller, DIALECTS[seller.dialect])
    usual = sends.headers(KEY)
    first = (
        [KeyPlace(name=f"Header {name}", looks=f"{name}: {value}") for name, value in usual.items()]
        if usual
        else [KeyPlace(name=f"Field {sends.key}", looks=f"{sends.key}={KEY}")]
    )
    headers = {
        "Header X-API-Key": f"X-API-Key: {KEY}",
        "Bearer": f"Authorization: Bearer {KEY}",
        "Token": f"Authorization: Token {KEY}",
        "Basic, with the key as user or password": f"Authorization: Basic base64({KEY}:)",
        "Alone": f"Authorization: {KEY}",
        "Header api-key, apikey or X-Auth-Token": f"X-Auth-Token: {KEY}",
        "A field of the body or the query, upper or lower case": ", ".join(sorted(KEY_FIELDS)),
    }
    rest = [KeyPlace(name=name, looks=looks) for name, looks in headers.items() if looks != first[0].looks]
    return (*first, *rest)


def reason_lines(seller: Seller) -> tuple[ReasonLine, ...]:
    """Every code that this seller can get, in the order of judgement; one may stand for several reasons."""
    reasons_by_code: dict[str, list[str]] = {}
    for name in REASONS:
        reasons_by_code.setdefault(disclosed(Refusal(name), seller.disclosure)[0], []).append(name)
    return tuple(
        ReasonLine(
            code=code,
            text=disclosed(Refusal(names[0]), seller.disclosure)[1],
            post_status=" or ".join(dict.fromkeys(map(status_of, names))),
            final=any(REASONS[name].kept for name in names),
        )
        for code, names in reasons_by_code.items()
    )


def forced_outcomes(seller: Seller) -> tuple[ForcedOutcome, ...]:
    """The table of test ZIP codes."""
    return tuple(
        ForcedOutcome(
            zips=each.zips,
            says=each.says,
            code=disclosed(Refusal(each.ping or each.post), seller.disclosure)[0] if each.ping or each.post else "",
        )
        for each in TABLE
    )


Fact = tuple[str, str]


def facts_of(catalogue: Catalogue, seller: Seller) -> tuple[Fact, ...]:
    """Settings and limits in sentences."""
    dialect = DIALECTS[seller.dialect]
    lifetime_s = catalogue.buyer.bid_lifetime_s
    default_ms = Ping(vertical="", zip="").deadline_ms
    form = seller.format if dialect.name == "generic" else dialect.format
    return (
        ("Mode", _MODES[seller.mode]),
        ("Answers", f"in the format of {dialect.title}: {form.upper()}, unless a request asks for another"),
        (
            "Prices",
            'strings with two decimals ("12.50")' if seller.quoted_prices else "numbers with two decimals (12.50)",
        ),
        (
            "HTTP status",
            _statuses(seller, dialect),
        ),
        ("Reasons", _DISCLOSED[seller.disclosure]),
        ("Bid lifetime", f"{lifetime_s} seconds, in which the bid is binding and its price is what we pay"),
        (
            "Deadline",
            f"set `deadline_ms` in a ping; default {default_ms} ms. A later answer is a no-bid",
        ),
        ("Rate limit", _rate(seller)),
        (
            "Hashed people",
            f"up to {seller.hash_lookups_per_day:,} hashes a day that are never posted; more are ignored",
        ),
        ("Addresses", ", ".join(seller.allowed_ips) or "any"),
    )


def _statuses(seller: Seller, dialect: Dialect) -> str:
    text = _STATUSES[seller.statuses]
    if dialect.bought != 200:
        text += f"; {dialect.bought} for a sale"
    if dialect.strict and seller.statuses == "usual":
        return f"{text}; 400, 409 or 422 for a refused post"
    # Who writes a client goes by its library's exceptions, and a 200 that says no has been taken for a sale.
    ask = "; if you write your own client, ask the buyer for `strict_rest`: 400, 409 or 422 for a refused post"
    return text + (ask if dialect is GENERIC and seller.statuses == "usual" else "")


def _rate(seller: Seller) -> str:
    if seller.rate_per_s <= 0.0:
        return "none for you; posts are never limited"
    return (
        f"{seller.rate_per_s:g} pings a second, {max(seller.burst, 1)} at once; beyond that `rate_limited` (429, with "
        "Retry-After). Posts are never limited"
    )


_MODES = {
    "live": "live: leads are bought, except those marked as tests",
    "test": "test: everything you send is a test, at every endpoint, until the buyer switches you to live",
    "certify": "certify: everything you send is a test until you have completed every test step and go live",
}
_DISCLOSED = {
    "full": "given in full, with the field or the period concerned",
    "class": "only the class of the reason is given, except for errors in the request itself",
    "opaque": "only `no_bid` is given, except for errors in the request itself",
}
_STATUSES = {
    "usual": "200 for every bid, sale and refusal; 401, 413, 415, 429 and 503 for errors",
    "always_200": "always 200, with the actual code in X-Original-Status-Code",
    "strict_rest": "as usual, but 400, 409 (duplicate) or 422 for a refused post",
}
RULES = (
    ("Identity in a ping", "A name, phone, email, street or birth date in a ping is dropped, with a warning."),
    (
        "A repeated ping",
        "The same lead (by seller_lead_id, else certificate, else hash) gets the same bid while the bid is live.",
    ),
    ("Ping and post", "Locked fields must have the same values in both; otherwise the post gets `ping_mismatch`."),
    ("A certificate in the ping", "It must be one of the certificates in the post."),
    ("A repeated post", "The same person to the same bid gets the same answer, byte for byte, for at least 30 days."),
    ("Another person to the same bid", "`ping_used`: one bid buys one lead, whatever the leg."),
    (
        "A corrected contact",
        "After `invalid_contact`, a corrected post to the same bid is judged anew while the bid is live.",
    ),
    ("`reping`", "The bid has expired or is not ours: ping again, and post to the new bid."),
    ("`error`", "Nothing was stored and nothing is sold: send the same request again."),
    ("Duplicates and refusals", "Final for this bid: offer the lead to the next buyer."),
)
"""What happens to pings and posts that are repeated or changed."""


def returns_of(seller: Seller) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What this seller takes back: how and until when, and the codes of its reasons."""
    policy = seller.returns
    text = (
        f"A lead can be returned within {_span(policy.window_s)} of its sale, for a reason of this list. "
        f"Get the returns that wait for you from {RETURNS}, and post `answer` = yes or no to {RETURNS}/LEAD_ID. "
        "With a yes the price is credited: it is no longer owed."
    )
    if policy.answer_s:
        ends = "counts as a yes" if policy.unanswered == "accepted" else "is closed without a credit"
        text += f" A return that you do not answer within {_span(policy.answer_s)} {ends}."
    return text, tuple((code, REASONS_OF_RETURNS[code].capitalize() + ".") for code in policy.reasons)


def _span(seconds: float) -> str:
    days, hours = seconds / 86_400.0, seconds / 3_600.0
    return f"{days:g} days" if days >= 4.0 else f"{hours:g} hours"


TESTS = (
    "A test is decided by the same code as a live lead, but nobody buys it: no cap changes, nothing is delivered and "
    "no certificate is used up. A request is a test if it goes to a test endpoint, has `test` = true or your "
    "platform's flag (Test_Lead, lp_test, testMode, ckm_test, lp_action=test, lead_mode=0), is a post without a ping "
    "for a consumer named Test, or comes while your mode is `test`. To force an outcome, send one of the ZIP codes "
    "below, with any state, or the same number as cents in `min_price` (0.20 for 00020). Any other test is decided "
    "like a live lead."
)
