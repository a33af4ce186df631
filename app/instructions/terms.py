"""What holds between this buyer and this seller beside fields: endpoints, keys, limits, tests, reasons, repeats."""

import msgspec

from app.dialects.aliases import KEY_FIELDS
from app.dialects.platforms.known import DIALECTS, GENERIC
from app.domain.catalogue import Catalogue
from app.domain.onboarding.test_values import TABLE
from app.domain.reasons import REASONS, Refusal, disclosed, status_of
from app.domain.seller import Seller
from app.instructions.example_lead import sending_of
from app.instructions.exchange import KEY
from app.instructions.samples import route_of
from app.wire.ping import Ping

NOTICES = "/v1/notices"
KEPT = "/v1/posts/{ping_id}"
SCORECARD = "/v1/scorecard"


class RouteLine(msgspec.Struct, frozen=True, kw_only=True):
    """A path that this seller may use, beneath the base URL. `takes` says which requests, if it is the auction's."""

    takes: tuple[str, ...] = ()
    what: str
    methods: tuple[str, ...]
    path: str
    says: str


class KeyPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One place for the key: what it is called, and how it looks there."""

    name: str
    looks: str


class ReasonLine(msgspec.Struct, frozen=True, kw_only=True):
    """A code as this seller is told it. `final` where a post so refused must not be sent again."""

    code: str
    text: str
    post_status: str
    final: bool


class ForcedOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """ZIP codes that force an outcome, and the code that this seller is then told, empty for none."""

    zips: tuple[str, ...]
    says: str
    told: str


def routes_of(seller: Seller) -> tuple[RouteLine, ...]:
    """Every endpoint that is open to this seller."""
    by = ("POST", "GET") if seller.allow_get else ("POST",)
    lines = []
    for test, title, bought in ((False, "", ""), (True, ", test", " Nothing is bought.")):
        for takes, says in (
            ("ping", "A lead without identity: a price or a no."),
            ("post", "The whole lead, to a bid."),
        ):
            path = route_of(seller, takes, test=test)
            lines.append(
                RouteLine(takes=(takes,), what=takes.title() + title, methods=by, path=path, says=says + bought)
            )
    one = f"/v1/{'' if seller.dialect == GENERIC.name else seller.dialect + '/'}lead"
    if not DIALECTS[seller.dialect].sends.one_endpoint:
        says = "One URL for both: `mode` in the query or the body says ping or post."
        lines.append(RouteLine(takes=("ping", "post"), what="Either", methods=by, path=one, says=says))
    if seller.direct:
        says = "A lead without a ping is bought at our price, or refused."
        lines.append(
            RouteLine(takes=("post",), what="Lead without a ping", methods=by, path=f"{one}?mode=full", says=says)
        )
    page = f"/sellers/{seller.name}/certification"
    return (
        *lines,
        RouteLine(what="Notice", methods=("POST",), path=NOTICES, says="Whether our bid won, and at which price."),
        RouteLine(what="Lost answer", methods=("GET",), path=KEPT, says="The answer that is kept of a post."),
        RouteLine(what="Scorecard", methods=("GET",), path=SCORECARD, says="How your last days went, `days` of them."),
        RouteLine(
            what="Certification", methods=("GET",), path=page, says="What your tests have shown, as you send them."
        ),
    )


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
        "Basic, the key as user or password": f"Authorization: Basic base64({KEY}:)",
        "A field of the body or the query, in any case": ", ".join(sorted(KEY_FIELDS)),
    }
    rest = [KeyPlace(name=name, looks=looks) for name, looks in headers.items() if looks != first[0].looks]
    return (*first, *rest)


def reason_lines(seller: Seller) -> tuple[ReasonLine, ...]:
    """Every code that this seller can be told, in the order of judgement; one may stand for several reasons."""
    told: dict[str, list[str]] = {}
    for name in REASONS:
        told.setdefault(disclosed(Refusal(name), seller.disclosure)[0], []).append(name)
    return tuple(
        ReasonLine(
            code=code,
            text=disclosed(Refusal(names[0]), seller.disclosure)[1],
            post_status=" or ".join(dict.fromkeys(map(status_of, names))),
            final=any(REASONS[name].kept for name in names),
        )
        for code, names in told.items()
    )


def forced_outcomes(seller: Seller) -> tuple[ForcedOutcome, ...]:
    """The table of test ZIP codes."""
    return tuple(
        ForcedOutcome(
            zips=each.zips,
            says=each.says,
            told=disclosed(Refusal(each.ping or each.post), seller.disclosure)[0] if each.ping or each.post else "",
        )
        for each in TABLE
    )


Fact = tuple[str, str]


def facts_of(catalogue: Catalogue, seller: Seller) -> tuple[Fact, ...]:
    """Numbers and switches in sentences."""
    dialect = DIALECTS[seller.dialect]
    lifetime_s = catalogue.buyer.bid_lifetime_s
    default_ms = Ping(vertical="", zip="").deadline_ms
    form = seller.format if dialect.name == "generic" else dialect.format
    return (
        ("Mode", _MODES[seller.mode]),
        ("Answers", f"in the words of {dialect.title}, as {form.upper()} unless a request asks for another form"),
        ("Prices", 'as text ("12.50")' if seller.quoted_prices else "as numbers with two decimals (12.50)"),
        (
            "HTTP status",
            _STATUSES[seller.statuses] + (f"; a sale is {dialect.bought}" if dialect.bought != 200 else ""),
        ),
        ("Reasons", _DISCLOSED[seller.disclosure]),
        ("Bid lifetime", f"{lifetime_s} seconds: until then the bid is a promise, and its price is what we pay"),
        (
            "Deadline",
            f"a ping may say `deadline_ms`; without it {default_ms} milliseconds hold. A later bid is a no",
        ),
        ("Rate limit", _rate(seller)),
        (
            "Hashed people",
            f"{seller.hash_lookups_per_day:,} hashes a day that are never posted; beyond that they are not looked up",
        ),
        ("Addresses", ", ".join(seller.allowed_ips) or "from anywhere"),
    )


def _rate(seller: Seller) -> str:
    if seller.rate_per_s <= 0.0:
        return "none is set for you; a post is never limited"
    return (
        f"{seller.rate_per_s:g} pings a second, {max(seller.burst, 1)} at once; more is `rate_limited` (429, with "
        "Retry-After). A post is never limited"
    )


_MODES = {
    "live": "live: what you send is bought for real, but for tests",
    "test": "test: whatever you send is a test, on every endpoint; the buyer switches you live",
    "certify": "certify: whatever you send is a test until your tests have shown every step and you go live",
}
_DISCLOSED = {
    "full": "told in full, with the field or the window that they name",
    "class": "only their kind is told, but for those that speak of the request itself",
    "opaque": "only that there is no bid is told, but for those that speak of the request itself",
}
_STATUSES = {
    "usual": "200 for every answer of business, also a no; 401, 413, 415, 429 and 503 for faults",
    "always_200": "200 for everything, with the true code in X-Original-Status-Code",
    "strict_rest": "as usual, and of a post that is not bought 400, 409 (duplicate) or 422",
}
RULES = (
    ("A ping holds no identity", "Name, phone, email, street or birth date in a ping are dropped, with a warning."),
    (
        "A ping repeated",
        "The same lead (seller_lead_id, else certificate, else hash) in the bid's lifetime gets the same bid.",
    ),
    ("A post repeats its ping", "Fields marked as locked must be equal on both, or the post is `ping_mismatch`."),
    ("A certificate named on the ping", "It must be among those of the post."),
    ("A post repeated", "The same person to the same bid gets the same answer, byte for byte, for 30 days or more."),
    ("Another person to the same bid", "`ping_used`: one bid buys one lead, whatever the leg."),
    (
        "A corrected contact",
        "After `invalid_contact` a corrected post to the same bid is judged anew while the bid lives.",
    ),
    ("`reping`", "The bid has expired or is none of ours: ping again, and post to the new bid."),
    ("`error`", "Nothing was stored, so nothing is sold: send the same request again."),
    ("Duplicates and refusals", "Final for this bid: offer the lead to the next buyer."),
)
"""How pings and posts are told apart and repeated."""

RETURNS = (
    "There is no endpoint for returns: what can be returned, for which reasons and until when stands in your agreement "
    "with the buyer, and is settled there."
)
TESTS = (
    "A test is decided by the same code and bought by nobody: no cap, no delivery, no certificate is used up. What "
    "makes one: the test endpoints, `test` = true, the flag of your platform (Test_Lead, lp_test, testMode, ckm_test, "
    "lp_action=test, lead_mode=0), in a post without a ping a consumer named Test, or the mode `test`. Its ZIP code "
    "asks for the outcome, with any state, and a `min_price` of as many cents does so too (0.20 is 00020); other tests "
    "are decided as any lead is."
)
