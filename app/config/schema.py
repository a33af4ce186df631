"""The schema of `buyer.toml`: every key once, with its meaning, its default and an example."""

from typing import Annotated, Literal

import msgspec

from app.config.file.problem import KeyPath
from app.config.values.kind import Kind
from app.config.values.kinds import (
    County,
    Days,
    Dollars,
    Duration,
    Holidays,
    Hours,
    KeyHashes,
    LocalDate,
    Name,
    Network,
    Scalar,
    Share,
    Slug,
    State,
    Text,
    Url,
    Zip,
    ZipCentre,
    ZipPrefix,
    Zone,
    read_fine_dollars,
    read_number,
    read_rate,
    read_scalar,
    read_word,
    share_within,
    within,
)
from app.config.values.times import read_duration
from app.domain.alerts.alert import CAUSES
from app.domain.buyer import Role
from app.domain.calendar import WindowKind
from app.domain.campaign import DuplicateScope
from app.domain.caps.caps import Measure, TerritoryUnit
from app.domain.checks.check import CheckProvider, Stage
from app.domain.checks.http_terms import SOURCES, FactType, HttpAuth, HttpEncoding
from app.domain.checks.scrubs import DncScrubCall, HashKind, ListCode, ScrubValue
from app.domain.checks.verdict import CheckOutcome, OnUnknown
from app.domain.delivery.destination import Destination
from app.domain.delivery.feedback import FeedbackWord
from app.domain.reasons import Disclosure
from app.domain.seller import Mode, Statuses
from app.domain.vertical import FieldType
from app.wire.feedback import EventWord
from app.wire.ping import Leg
from app.wire.returns import ReturnReason

ConversionRate = Annotated[float, Kind("share", share_within(0.0001, 1.0))]

AlertCause = Annotated[str, Kind("cause", read_word(CAUSES, "a cause of alerts"))]

_ALL_DAY = ((0, 1440),)
_EVERY_DAY = tuple(range(7))


def says(meaning: str, example: str) -> msgspec.Meta:
    """The meaning of a key, and an example of its value as written in the file."""
    return msgspec.Meta(description=meaning, examples=[example])


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the file; `at` is its place in the file and not one of its keys."""

    at: KeyPath = ()


class BuyerTable(Table, frozen=True, kw_only=True):
    """`[buyer]`: the buyer."""

    legal_name: Annotated[
        Text, says("the legal name of the company; a consent text may name it", '"Harbor Lead Partners LLC"')
    ]
    brands: Annotated[
        tuple[Text, ...],
        says(
            "the brands that consumers know; bids carry the first, and a consent text may name any",
            '["Harbor Lead Partners"]',
        ),
    ]
    time_zone: Annotated[
        Zone, says("the time zone of local times, unless a campaign sets its own", '"America/New_York"')
    ]
    bid_lifetime: Annotated[
        float,
        Kind("duration", within(read_duration, 5.0, 3600.0, 'use "5s" to "1h"')),
        says("how long a bid is honored", '"120s"'),
    ] = 120.0
    public_urls: Annotated[
        tuple[Url, ...],
        says(
            "where sellers reach the service; posting instructions name the one that is asked for, or else the first",
            '["https://leads.example.com"]',
        ),
    ] = ()
    exploration_spread: Annotated[
        float,
        Kind("number", within(read_number, 0.0, 1.0, "use 0 to 1; 0 turns exploration off")),
        says(
            "random exploration: the standard deviation of ln(bid) around the best bid, to learn the market; it "
            "narrows to a fifth as a win model knows more auctions of the seller",
            "0.10",
        ),
    ] = 0.10
    exploration_wide_spread: Annotated[
        float,
        Kind("number", within(read_number, 0.0, 1.0, "use 0 to 1; 0 turns exploration off")),
        says("the same for the bids that explore widely", "0.30"),
    ] = 0.30
    exploration_wide_share: Annotated[Share, says("the share of bids that explore widely", '"10%"')] = 0.10


class FieldTable(Table, frozen=True, kw_only=True):
    """`[[verticals.fields]]`: one field of a vertical's pings or posts."""

    name: Annotated[Name, says("the canonical name of the field", '"credit_tier"')]
    type: Annotated[FieldType, says("the type of its values", '"choice"')]
    title: Annotated[str, says("the display name", '"Credit tier"')] = ""
    values: Annotated[tuple[Text, ...], says("the allowed values of a `choice`", '["excellent", "good", "fair"]')] = ()
    aliases: Annotated[tuple[Text, ...], says("other names under which sellers may send it", '["credit_rating"]')] = ()
    required: Annotated[bool, says("whether leads without it are refused", "true")] = False
    known_at_ping: Annotated[bool, says("whether pings carry it, so that filters and models may read it", "false")] = (
        True
    )
    locked: Annotated[bool, says("whether the post must repeat the value of the ping", "false")] = True
    minimum: Annotated[
        float | None, Kind("number", read_number), says("the smallest value of an `integer` or `number`", "16")
    ] = None
    maximum: Annotated[
        float | None, Kind("number", read_number), says("the largest value of an `integer` or `number`", "99")
    ] = None
    example: Annotated[str, says("an example for samples and posting instructions", '"37"')] = ""


class VerticalTable(Table, frozen=True, kw_only=True):
    """`[[verticals]]`: a kind of lead."""

    name: Annotated[Name, says("the canonical name, which pings carry", '"auto_insurance"')]
    title: Annotated[str, says("the display name; pings may carry it too", '"Auto insurance"')] = ""
    fields: Annotated[
        tuple[FieldTable, ...], says("the fields of its leads, besides location and consent", "see below")
    ] = ()
    consent_words: Annotated[
        tuple[Text, ...], says("a consent text must contain one of these", '["auto insurance", "car insurance"]')
    ] = ()
    buyer_types: Annotated[
        tuple[Text, ...],
        says("types of buyer that a consent text may name instead of you", '["insurance agents"]'),
    ] = ()


class AroundTable(Table, frozen=True, kw_only=True):
    """`territory.around`: the ZIP codes whose centers lie within some miles of another."""

    zip: Annotated[ZipCentre, says("the ZIP code in the middle, which is included", '"33602"')]
    miles: Annotated[
        float,
        Kind("miles", within(read_number, 0.1, 500.0, "use 0.1 to 500; for larger areas use states")),
        says("the radius in miles", "25"),
    ]


class TerritoryTable(Table, frozen=True, kw_only=True):
    """`territory`: where a campaign buys. Its areas add up; without any, it buys everywhere."""

    states: Annotated[tuple[State, ...], says("whole states", '["TX", "OK"]')] = ()
    counties: Annotated[
        tuple[County, ...], says("whole counties, each with its state", '["Hillsborough, FL", "Pinellas, FL"]')
    ] = ()
    around: Annotated[tuple[AroundTable, ...], says("circles around ZIP codes", '[{ zip = "33602", miles = 25 }]')] = ()
    zips: Annotated[tuple[Zip, ...], says("single ZIP codes", '["33604", "33611"]')] = ()
    zip_file: Annotated[
        str,
        says("a file with one ZIP code per line, relative to this file; `#` starts a comment", '"zips-tampa-bay.txt"'),
    ] = ""
    zip_prefixes: Annotated[tuple[ZipPrefix, ...], says("all ZIP codes with these prefixes", '["336", "337"]')] = ()
    not_states: Annotated[tuple[State, ...], says("states to exclude", '["NY"]')] = ()
    not_counties: Annotated[tuple[County, ...], says("counties to exclude", '["Miami-Dade, FL"]')] = ()
    not_zips: Annotated[tuple[Zip, ...], says("ZIP codes to exclude", '["85041"]')] = ()
    not_zip_file: Annotated[str, says("a file of ZIP codes to exclude", '"zips-no-service.txt"')] = ""


class HoursTable(Table, frozen=True, kw_only=True):
    """`[[campaigns.schedule]]`: when a campaign buys. Several tables add up; without any, it buys at all hours."""

    days: Annotated[Days, says("the weekdays", '"mon-fri"')] = _EVERY_DAY
    hours: Annotated[
        Hours,
        says("one or more intervals; an interval that ends before it begins runs past midnight", '["08:00-12:00"]'),
    ] = _ALL_DAY


class BoostTable(Table, frozen=True, kw_only=True):
    """`[[campaigns.boosts]]`: a period in which leads are worth more."""

    name: Annotated[Text, says("the name shown in explanations of a bid", '"weekend push"')]
    dollars: Annotated[Dollars, says("the amount added to the value of a lead", "9.00")]
    days: Annotated[Days, says("the weekdays", '"sat-sun"')] = _EVERY_DAY
    hours: Annotated[Hours, says("one or more intervals", '"09:00-19:00"')] = _ALL_DAY
    first: Annotated[LocalDate, says("the first day; without it, the boost has already begun", '"2027-03-01"')] = (
        msgspec.field(name="from", default="")
    )
    last: Annotated[LocalDate, says("the last day; without it, the boost does not end", '"2027-03-31"')] = (
        msgspec.field(name="until", default="")
    )


class SellerCapTable(Table, frozen=True, kw_only=True):
    """`[[sellers.caps]]`: a limit on what is bought from one seller, for all campaigns together."""

    name: Annotated[
        str,
        says(
            "the name shown in refusals, such as `count-per-day` by default; a renamed cap starts at zero",
            '"agents-per-day"',
        ),
    ] = ""
    measure: Annotated[Measure, says("what it counts: leads, or dollars spent", '"spend"')] = "count"
    limit: Annotated[
        Scalar,
        Kind("leads, or dollars of spend", read_scalar),
        says("the most that may be bought in one window", "250"),
    ]
    window: Annotated[WindowKind, says("the window, in local time; `total` never resets", '"day"')]


class CapTable(SellerCapTable, frozen=True, kw_only=True):
    """`[[campaigns.caps]]`: a limit on what a campaign buys. It is exact: no sale ever exceeds it."""

    scope: Annotated[
        Literal["campaign", "campaign_seller", "campaign_territory"],
        says("whether it counts the whole campaign, or each seller or each territory separately", '"campaign_seller"'),
    ] = "campaign"
    unit: Annotated[
        TerritoryUnit | None,
        says("the size of a territory, a state by default; only with `campaign_territory`", '"zip3"'),
    ] = None


class FilterTable(Table, frozen=True, kw_only=True):
    """`filters`: conditions on one field. All conditions of all filters must hold."""

    field: Annotated[
        Text,
        says(
            "a field of the vertical, or `state`, `zip`, `zip3`, `sub_id`, `local_hour` or `weekday`", '"credit_tier"'
        ),
    ]
    is_in: Annotated[tuple[Scalar, ...], says("the value must be one of these", '["excellent", "good"]')] = (
        msgspec.field(name="in", default=())
    )
    not_in: Annotated[tuple[Scalar, ...], says("the value must not be one of these", '["heavy"]')] = ()
    at_least: Annotated[Scalar | None, says("the smallest value; for a date, the earliest", "21")] = None
    at_most: Annotated[Scalar | None, says("the largest value; for a date, the latest", "75")] = None
    equals: Annotated[Scalar | None, says("the value must equal this", "true")] = msgspec.field(name="is", default=None)
    present: Annotated[bool, says("the field must be present", "true")] = False
    missing: Annotated[Literal["refuse", "pass"], says("what happens to a lead without the field", '"pass"')] = "refuse"


class WorthTable(Table, frozen=True, kw_only=True):
    """`conversion_value` as a table: a value that depends on a field of the lead."""

    field: Annotated[
        Name,
        says(
            "a numeric field, in dollars; or `predicted_value`: what the model says that a conversion brings",
            '"loan_amount"',
        ),
    ]
    rate: Annotated[
        float,
        Kind("share", within(read_rate, 0.0, 100.0, 'write a share of the field, such as "0.75%"')),
        says("the share of the field that a conversion is worth", '"0.75%"'),
    ]
    base: Annotated[Dollars, says("an amount to add", "100")] = 0
    missing: Annotated[
        Dollars, says("the amount added to `base` if the lead lacks the field, or no model predicts it", "1_200")
    ] = 0
    low: Annotated[Dollars, says("the lowest value", "800")] = 0
    high: Annotated[Dollars | None, says("the highest value", "6_000")] = None


class ExpectedConversionTable(Table, frozen=True, kw_only=True):
    """`expected_conversion` as a table: a rate that depends on where a lead comes from."""

    rate: Annotated[ConversionRate, says("the share of all leads that is expected to convert", '"8%"')]
    by_seller: Annotated[
        dict[str, ConversionRate], says("the rate of these sellers' leads instead", '{ acme = "10%" }')
    ] = {}
    by_state: Annotated[
        dict[str, ConversionRate],
        says(
            "the rate of leads from these states instead; with a rate of the seller, both differences count",
            '{ TX = "6%" }',
        ),
    ] = {}


class ConsentTable(Table, frozen=True, kw_only=True):
    """`consent`: the proof of consent that a campaign requires."""

    certificate: Annotated[
        Literal["any", "trustedform", "leadid", "none"], says("the certificate that a post must carry", '"trustedform"')
    ] = "any"
    at_ping: Annotated[bool, says("whether the ping must carry it too", "true")] = False
    max_age: Annotated[Duration, says("the maximum age of the consent", '"24h"')] = 72 * 3600.0
    landing_domains: Annotated[
        tuple[Text, ...],
        says("the domains of landing pages to accept, with their subdomains; all if left out", '["quotes.example"]'),
    ] = ()
    text_required: Annotated[
        bool, says("whether the post must carry the consent text, and the text must name you", "false")
    ] = True


class MinimumTable(Table, frozen=True, kw_only=True):
    """`minimum_leads`: leads owed in a window. Bids rise while fewer are bought than planned."""

    leads: Annotated[int, says("how many leads are owed", "40")]
    window: Annotated[Literal["day", "week", "month"], says("the window, in local time", '"day"')]


class SellerShareTable(Table, frozen=True, kw_only=True):
    """`seller_share`: what any one seller may make up of what the campaign buys."""

    at_most: Annotated[Share, says("the largest share", '"40%"')]
    of: Annotated[Literal["leads", "spend"], says("of what it is a share", '"spend"')] = "leads"


class TargetsTable(Table, frozen=True, kw_only=True):
    """`targets`: what a campaign is to reach over a window. They steer its prices and refuse no lead."""

    cost_per_acquisition: Annotated[
        Dollars | None, says("the most that a conversion may cost on average", "120.00")
    ] = None
    return_on_spend: Annotated[
        float | None,
        Kind("number", within(read_number, 0.01, 1_000.0, "use 1.5 for $1.50 of value for each dollar spent")),
        says("the least expected value for each dollar spent on average", "1.5"),
    ] = None
    minimum_leads: Annotated[
        tuple[MinimumTable, ...], says("leads owed, by window", '[{ leads = 40, window = "day" }]')
    ] = ()
    seller_share: Annotated[
        SellerShareTable | None, says("the largest share of any one seller", '{ at_most = "40%" }')
    ] = None
    window: Annotated[
        Literal["day", "week", "month"], says("over which window cost, return and share are reached", '"week"')
    ] = "day"
    most_above_value: Annotated[
        Dollars | None,
        says("how far targets may raise the price of a lead above its value; a quarter of the ceiling by default", "8"),
    ] = None


class CampaignTable(Table, frozen=True, kw_only=True):
    """`[[campaigns]]`: one purchase order. If several want a lead, the one with the highest expected surplus bids."""

    name: Annotated[Slug, says("the name; a renamed campaign counts its caps from zero", '"auto-texas"')]
    vertical: Annotated[Name, says("the vertical that it buys", '"auto_insurance"')]
    ceiling: Annotated[Dollars, says("the highest bid", "45.00")]
    conversion_value: Annotated[
        Dollars | WorthTable,
        says("the contribution of one conversion: a fixed amount, or a table that depends on the lead", "420.00"),
    ]
    disposition_values: Annotated[
        dict[Literal["contacted", "qualified", "quoted"], Dollars],
        says("what a lead also brings by coming so far, converted or not", "{ contacted = 1.50, qualified = 12 }"),
    ] = {}
    floor: Annotated[Dollars, says("the lowest bid", "1.00")] = 1
    handling_cost: Annotated[Dollars, says("the cost of working one lead", "0.50")] = 0
    brand: Annotated[str, says("the brand that its bids carry; the buyer's first by default", '"Harbor Quotes"')] = ""
    legs: Annotated[
        tuple[Leg, ...], says("whether it buys exclusive leads, shared leads, or both", '["exclusive", "shared"]')
    ] = ("exclusive",)
    shared_share: Annotated[
        Share, says("the conversion rate of a shared lead relative to an exclusive one", '"60%"')
    ] = 0.6
    expected_conversion: Annotated[
        ConversionRate | ExpectedConversionTable | None,
        says("the share of exclusive leads expected to convert, by which leads are priced if no model can", '"8%"'),
    ] = None
    fallback_price: Annotated[
        Dollars | None,
        says("a fixed bid if no model can price a lead; without it and `expected_conversion` there is no bid", "6.00"),
    ] = None
    price_points: Annotated[
        tuple[Dollars, ...], says("the only bids; any from floor to ceiling by default", "[3, 35, 50, 75]")
    ] = ()
    time_zone: Annotated[
        Zone, says("the time zone of its hours, dates and caps; the buyer's by default", '"America/Chicago"')
    ] = ""
    territory: Annotated[TerritoryTable, says("where it buys; everywhere by default", '{ states = ["TX"] }')] = (
        TerritoryTable()
    )
    schedule: Annotated[tuple[HoursTable, ...], says("when it buys; at all hours by default", "see below")] = ()
    blackout_dates: Annotated[tuple[LocalDate, ...], says("days on which it buys nothing", '["2026-12-25"]')] = ()
    blackout_holidays: Annotated[
        Holidays,
        says("the calendars whose holidays it does not buy on, including days on which they are observed", '"federal"'),
    ] = ()
    open_holidays: Annotated[
        tuple[Text, ...], says("holidays of these calendars on which it buys anyway", '["Columbus Day"]')
    ] = ()
    boosts: Annotated[tuple[BoostTable, ...], says("periods in which leads are worth more", "see below")] = ()
    caps: Annotated[tuple[CapTable, ...], says("limits on what it buys", '[{ limit = 250, window = "day" }]')] = ()
    targets: Annotated[
        TargetsTable | None, says("what it is to reach by its prices", "{ cost_per_acquisition = 120.00 }")
    ] = None
    filters: Annotated[tuple[FilterTable, ...], says("which leads it buys", '[{ field = "age", at_least = 21 }]')] = ()
    demand_max_adjustment: Annotated[
        Dollars, says("the most that reported demand of a territory may raise or lower a bid", "12.00")
    ] = 0
    duplicate_window: Annotated[Duration, says("how long a person is not bought again", '"90 days"')] = 30 * 86_400.0
    duplicate_scope: Annotated[
        DuplicateScope,
        says(
            "where an earlier purchase counts: in this campaign, this vertical, or any purchase of the buyer", '"buyer"'
        ),
    ] = "vertical"
    consent: Annotated[ConsentTable, says("the proof of consent that it requires", '{ max_age = "24h" }')] = (
        ConsentTable()
    )
    destinations: Annotated[
        tuple[Slug, ...], says("the destinations of its leads; each lead goes to all of them", '["harbor-crm"]')
    ] = ()
    paused: Annotated[bool, says("whether it is paused", "true")] = False


class MedianWinningPriceTable(Table, frozen=True, kw_only=True):
    """`median_winning_price`: the bid that wins half of a seller's auctions, used until a win model is trained."""

    exclusive: Annotated[Dollars, says("for exclusive leads", "20.00")] = 2_000
    shared: Annotated[Dollars, says("for shared leads", "12.00")] = 1_200


class ReturnsTable(Table, frozen=True, kw_only=True):
    """`returns`: what a seller takes back. Without it, it takes back any lead for any reason within 30 days."""

    window: Annotated[Duration, says("until how long after the sale a lead may be returned", '"72h"')] = 30 * 86_400.0
    reasons: Annotated[
        tuple[ReturnReason, ...],
        says("the only reasons for which it takes a lead back; any by default", '["invalid_phone", "duplicate"]'),
    ] = ()
    by_outcome: Annotated[
        dict[str, ReturnReason],
        says("asks for a return by itself where the CRM reports such an outcome", '{ invalid = "invalid_phone" }'),
    ] = {}
    answer_within: Annotated[
        Duration | None, says("how long it has to answer; without it, as long as it likes", '"7 days"')
    ] = None
    unanswered: Annotated[
        Literal["accepted", "expired"],
        says("what a return becomes that it did not answer in time", '"accepted"'),
    ] = "expired"


class FeedbackTable(Table, frozen=True, kw_only=True):
    """`feedback`: what a seller is told of the leads that it sold, and where."""

    destination: Annotated[Slug, says("the one of [[destinations]] that is its own", '"acme-postback"')]
    events: Annotated[
        tuple[FeedbackWord, ...], says("what it is told: returns, and outcomes", '["return", "contacted", "sold"]')
    ] = ("return",)
    form: Annotated[
        str, says("the platform in whose form it is told, if the destination has no `fields`", '"leadconduit"')
    ] = ""
    codes: Annotated[
        dict[str, str], says("its words for our reasons and outcomes", '{ no_consent = "DNCC", sold = "5" }')
    ] = {}


class SellerTable(Table, frozen=True, kw_only=True):
    """`[[sellers]]`: a seller that may ping."""

    name: Annotated[Slug, says("the name; after a rename its earlier leads belong to another seller", '"acme"')]
    key_sha256: Annotated[
        KeyHashes, says("the SHA-256 of its API key, in hex; several during a rotation", '["a2fb85..."]')
    ]
    title: Annotated[str, says("the display name", '"Acme Leads"')] = ""
    allowed_ips: Annotated[
        tuple[Network, ...], says("the addresses it may call from; all if left out", '["203.0.113.0/24"]')
    ] = ()
    allow_get: Annotated[
        bool, says("whether it may send pings and posts by GET, with all fields in the query string", "true")
    ] = False
    dialect: Annotated[str, says("the dialect of answers at endpoints that name none", '"boberdoo"')] = "generic"
    format: Annotated[
        Literal["json", "xml", "text"], says("the format of answers, unless a request asks for another", '"xml"')
    ] = "json"
    quoted_prices: Annotated[bool, says('whether prices are written as strings, such as `"12.50"`', "true")] = False
    statuses: Annotated[
        Statuses,
        says(
            "the HTTP status codes of answers: `usual` is 200 for accepted and refused; `always_200` is 200 for "
            "everything, with the real code in `X-Original-Status-Code`; `strict_rest` uses 400, 409 and 422 for "
            "refused posts",
            '"always_200"',
        ),
    ] = "usual"
    bid_id_key: Annotated[
        str, says("a key under which answers to its pings repeat the bid's id, and its posts may", '"auth_token"')
    ] = ""
    mode: Annotated[
        Mode,
        says(
            "`live`: its leads are bought; `test`: all its requests are tests; `certify`: tests until the seller has "
            "certified itself, then live",
            '"certify"',
        ),
    ] = "live"
    direct: Annotated[bool, says("whether it may post without a ping, to `/v1/lead?mode=full`", "true")] = False
    disclosure: Annotated[
        Disclosure, says("how much of a refusal's reason it gets: the reason, its class, or nothing", '"class"')
    ] = "full"
    aliases: Annotated[dict[str, Name], says("maps its field names to ours", '{ fico_band = "credit_tier" }')] = {}
    value_maps: Annotated[
        dict[str, dict[str, Scalar]],
        says("maps its values to ours, by our field name", '{ homeowner = { own = "yes", rent = "no" } }'),
    ] = {}
    quality_factor: Annotated[
        float,
        Kind("number", within(read_number, 0.05, 5.0, "use 0.05 to 5; 1 means that its leads convert as predicted")),
        says("the realized value of its leads, divided by the predicted value", "0.92"),
    ] = 1.0
    return_rate: Annotated[
        float,
        Kind("share", share_within(0.0, 0.9)),
        says("the share of its leads that are returned and credited", '"4%"'),
    ] = 0.0
    rate_per_second: Annotated[
        float,
        Kind("pings a second", within(read_number, 0.0, 1e6, "use 0 (unlimited) or more")),
        says("its rate limit in pings per second; 0 is unlimited", "200"),
    ] = 0.0
    burst: Annotated[int | None, says("how many pings it may send at once; one second's worth by default", "400")] = (
        None
    )
    hash_lookups_per_day: Annotated[
        int, says("how many pings per day may look up a hash without a post that follows", "2_000")
    ] = 10_000
    prepaid_balance: Annotated[
        Dollars | None, says("the total that may ever be spent with it; raise it to top up", "25_000.00")
    ] = None
    caps: Annotated[
        tuple[SellerCapTable, ...], says("limits on what is bought from it", '[{ limit = 1_500, window = "day" }]')
    ] = ()
    median_winning_price: Annotated[
        MedianWinningPriceTable, says("the bid that wins half of its auctions", "{ exclusive = 20.00 }")
    ] = MedianWinningPriceTable()
    price_points: Annotated[
        tuple[Dollars, ...], says("the only bids that it takes; any by default", "[3, 35, 50, 75]")
    ] = ()
    blocked_sub_sources: Annotated[
        tuple[Text, ...], says("the sub-sources (`sub_id`) of which nothing is bought", '["aff-7"]')
    ] = ()
    returns: Annotated[
        ReturnsTable, says("what it takes back", '{ window = "10 days", by_outcome = { invalid = "invalid_phone" } }')
    ] = ReturnsTable()
    feedback: Annotated[
        FeedbackTable | None, says("what it is told of its leads, and where", '{ destination = "acme-postback" }')
    ] = None
    paused: Annotated[bool, says("whether it is paused", "true")] = False


class OperatorTable(Table, frozen=True, kw_only=True):
    """`[[operators]]`: a person or system of the buyer that looks, reports outcomes, or changes what is bought."""

    name: Annotated[Slug, says("the name shown in the audit log", '"demo-ops"')]
    key_sha256: Annotated[
        KeyHashes, says("the SHA-256 of its API key, in hex; several during a rotation", '["4a7c44..."]')
    ]
    role: Annotated[
        Role,
        says(
            "`viewer` looks, `operator` also reports and changes what is bought, `admin` also revokes keys", '"viewer"'
        ),
    ] = "operator"
    events: Annotated[
        dict[str, EventWord],
        says("its words for outcomes, and those to ignore", '{ "Closed Won" = "sold", "New" = "ignore" }'),
    ] = {}
    preset: Annotated[Text, says("the CRM whose webhooks it sends: see below", '"hubspot"')] = ""
    secret: Annotated[
        Text, says("a reference to what the preset's webhooks are verified with", '"env:HUBSPOT_CLIENT_SECRET"')
    ] = ""


class CheckRuleTable(Table, frozen=True, kw_only=True):
    """`[[checks.rules]]`: a condition on one property of the provider's answer."""

    property: Annotated[Text, says("the property, with dots to what lies inside another", '"age_seconds"')]
    is_in: Annotated[tuple[Scalar, ...], says("the value must be one of these", '["typing", "autofill"]')] = (
        msgspec.field(name="in", default=())
    )
    not_in: Annotated[tuple[Scalar, ...], says("the value must not be one of these", '["paste"]')] = ()
    at_least: Annotated[Scalar | None, says("the smallest value", "5")] = None
    at_most: Annotated[Scalar | None, says("the largest value", "3_600")] = None
    equals: Annotated[Scalar | None, says("the value must equal this", "false")] = msgspec.field(
        name="is", default=None
    )
    on_null: Annotated[
        CheckOutcome, says("what a missing value means; `unknown` follows the check's `on_unknown`", '"pass"')
    ] = "unknown"
    code: Annotated[
        Literal["consent_invalid", "consent_expired", "suspected_fraud", "invalid_contact", "suppressed", "litigator"]
        | None,
        says(
            "the reason code of a lead that breaks it; `suspected_fraud` with provider `http`, otherwise "
            "`consent_invalid` by default",
            '"invalid_contact"',
        ),
    ] = None
    price_cut: Annotated[
        Share, says("lowers the bid by this share instead of refusing the lead; only on pings", '"20%"')
    ] = 0.0


class VerifyTable(Table, frozen=True, kw_only=True):
    """`checks.trustedform.verify`: what TrustedForm verifies of the consent on the page."""

    advertiser_name: Annotated[str, says("the advertiser whom the consumer must have named", '"Acme Inc."')] = ""
    min_font_size_px: Annotated[int | None, says("the smallest font of the consent text", "16")] = None
    min_contrast_ratio: Annotated[
        float | None,
        Kind("number", within(read_number, 1.0, 21.0, "use 1 to 21")),
        says("the lowest contrast of the consent text", "7"),
    ] = None
    opt_in_types: Annotated[
        tuple[Literal["manual", "pre-selected", "non-interactive"], ...],
        says("the kinds of opt-in to accept; all if left out", '["manual"]'),
    ] = ()
    one_to_one: Annotated[bool, says("whether consent must be to this advertiser alone", "true")] = False


class TrustedFormTable(Table, frozen=True, kw_only=True):
    """`checks.trustedform`: what is asked of TrustedForm (API 4.0)."""

    match: Annotated[
        Literal["phone", "email", "any", "both", "none"],
        says("what of the person must be the one of the certificate; a call needs `phone`", '"both"'),
    ] = "phone"
    retain: Annotated[
        Literal["at_once", "after_sale", "never"],
        says(
            "when the certificate is stored: with the check; after the sale, so that only bought leads are paid for; "
            "or never",
            '"after_sale"',
        ),
    ] = "at_once"
    verify: Annotated[VerifyTable | None, says("what to verify of the consent; nothing if left out", "see below")] = (
        None
    )
    required_terms: Annotated[tuple[Text, ...], says("text that the page must contain", '["Acme Inc."]')] = ()
    forbidden_terms: Annotated[tuple[Text, ...], says("text that the page must not contain", '["free iPad"]')] = ()


class LeadIdTable(Table, frozen=True, kw_only=True):
    """`checks.leadid`: what is asked of LeadiD (Jornaya)."""

    profile: Annotated[
        str,
        says(
            "a reference to the key of your audit profile (`lak`); without one only the token's authenticity is asked",
            '"env:LEADID_PROFILE"',
        ),
    ] = ""
    provider_codes: Annotated[
        dict[str, Text], says("the codes (`lpc`) by which LeadiD knows your sellers", '{ acme = "AB12" }')
    ] = {}
    brand_names: Annotated[
        tuple[Text, ...], says("brands that the consent must name, for TCPA Guardian; at most 30", '["Acme"]')
    ] = ()
    data_integrity: Annotated[
        tuple[int, ...],
        says(
            "verdicts to accept: 0 mismatch, 1 match, 2 mismatch with disclosure, 3 match to a pre-filled value", "[1]"
        ),
    ] = (1, 3)
    worst_result: Annotated[
        Literal["green", "yellow", "red"], says("the worst result of the audit to accept", '"green"')
    ] = "yellow"


class SuppressionListTable(Table, frozen=True, kw_only=True):
    """`checks.suppressionlist`: what is asked of SuppressionList (ActiveProspect)."""

    lists: Annotated[tuple[Text, ...], says("the lists, by the names in their URLs", '["opt-outs"]')] = ()
    values: Annotated[tuple[ScrubValue, ...], says("what is looked up; each is a call of its own", '["phone"]')] = (
        "phone",
        "email",
    )
    hashed: Annotated[
        HashKind,
        says("in which form the lists hold them; hashes can be asked on pings that bring the same kind", '"md5"'),
    ] = "none"
    code: Annotated[ListCode, says("the reason code of who is on a list", '"litigator"')] = "suppressed"


class BlacklistAllianceTable(Table, frozen=True, kw_only=True):
    """`checks.blacklist_alliance`: what is made of Blacklist Alliance's codes."""

    accept: Annotated[
        tuple[Text, ...],
        says(
            "codes of lists that refuse nobody, with `*` for any beginning or end. Plaintiffs, attorneys, "
            "pre-litigation, screamers and every code that is new refuse",
            '["federal-dnc"]',
        ),
    ] = ("*-dnc",)


class DncScrubTable(Table, frozen=True, kw_only=True):
    """`checks.dncscrub`: which call of DNCScrub (Contact Center Compliance) is made; each is a check of its own."""

    ask: Annotated[
        DncScrubCall,
        says("the litigator list, do-not-call lists, or numbers reassigned since the consent (FCC)", '"reassigned"'),
    ] = "litigator"
    refuse_codes: Annotated[
        tuple[Text, ...],
        says("result codes of `dnc` that refuse; `L`, `F`, `V` are wireless numbers in restricting states", '["D"]'),
    ] = ("D", "P")
    project: Annotated[str, says("the account's project", '"1234"')] = ""


class HttpTable(Table, frozen=True, kw_only=True):
    """`checks.http`: the request to a provider that you describe, at `url`."""

    method: Annotated[Literal["GET", "POST"], says("the HTTP method", '"POST"')] = "GET"
    encoding: Annotated[HttpEncoding, says("how the parameters are sent; dots in names nest in `json`", '"json"')] = (
        "query"
    )
    send: Annotated[
        dict[str, str],
        says(
            "maps its parameters to parts of the lead: " + ", ".join(f"`{name}`" for name in SOURCES),
            '{ phone = "phone", "address.city" = "city" }',
        ),
    ] = {}
    constants: Annotated[dict[str, Scalar], says("parameters that every lead is sent with", '{ country = "US" }')] = {}
    needs: Annotated[tuple[Text, ...], says("parts without which it is not asked", '["phone"]')] = ()
    auth: Annotated[
        HttpAuth,
        says(
            "how the secret travels; `path` puts it where `url` has `{secret}`",
            '"header"',
        ),
    ] = "bearer"
    auth_name: Annotated[str, says("the header, the parameter, or the user of `basic`", '"x-api-key"')] = ""
    answered: Annotated[
        tuple[CheckRuleTable, ...],
        says("what must hold for an answer to be one", '[{ property = "success", is = true }]'),
    ] = ()
    account_words: Annotated[
        tuple[Text, ...],
        says("words of answers that are none and about your account, which no lead is blamed for", '["credits"]'),
    ] = ()


class CheckFactTable(Table, frozen=True, kw_only=True):
    """`[[checks.facts]]`: a property of the answer to a ping, as a field for filters and models."""

    name: Annotated[Name, says("the name of the field", '"phone_activity"')]
    property: Annotated[Text, says("the property, with dots to what lies inside another", '"activity_score"')]
    type: Annotated[FactType, says("its type", '"choice"')] = "number"
    values: Annotated[
        tuple[Text, ...], says("all that a `choice` may be; anything else is left out", '["A", "B"]')
    ] = ()


class CheckTable(Table, frozen=True, kw_only=True):
    """`[[checks]]`: a provider that is asked about leads before they are bought."""

    name: Annotated[Slug, says("the name shown in explanations, costs and metrics", '"trustedform"')]
    provider: Annotated[CheckProvider, says("the provider", '"trustedform"')]
    secret: Annotated[
        str,
        says(
            "a reference to the provider's key: of LeadiD the account code (`lac`), of DNCScrub the `loginId`",
            '"env:TRUSTEDFORM_KEY"',
        ),
    ]
    on: Annotated[
        tuple[Stage, ...],
        says("whether it is asked on pings, on posts, or on both; a ping then waits for it", '["ping", "post"]'),
    ] = ("post",)
    campaigns: Annotated[tuple[Slug, ...], says("only leads for these campaigns", '["solar-tx"]')] = ()
    verticals: Annotated[tuple[Name, ...], says("only leads of these verticals", '["medicare"]')] = ()
    sellers: Annotated[tuple[Slug, ...], says("only leads of these sellers", '["acme"]')] = ()
    on_unknown: Annotated[
        dict[str, OnUnknown],
        says(
            "what happens to a lead if a question stays open. By default proofs of consent refuse it: `certificate`, "
            "`match`, `retain`, `verify`, `data_integrity`, `audit`; and lists of who may not be called: `listed`, "
            "`litigator`, `dnc`. `insights` (your `rules`), `reassigned` and `answer` (of `http`) accept it",
            '{ insights = "refuse" }',
        ),
    ] = {}
    price_cut: Annotated[
        Share, says("lowers a bid by this share if a question stays open and is accepted", '"15%"')
    ] = 0.2
    cost: Annotated[
        int,
        Kind("dollars", read_fine_dollars),
        says("what one call on a post costs; it lowers the value of a lead", "0.25"),
    ] = 0
    ping_cost: Annotated[
        int | None,
        Kind("dollars", read_fine_dollars),
        says("what one call on a ping costs; `cost` by default", "0.015"),
    ] = None
    daily_budget: Annotated[
        Dollars | None, says("the most to spend on it in a day (UTC); beyond it, questions stay open", "100.00")
    ] = None
    seller_daily_budget: Annotated[Dollars | None, says("the same for the leads of any one seller", "20.00")] = None
    min_bid: Annotated[Dollars, says("asks about a ping only if the best bid would be at least this", "8.00")] = 0
    cache: Annotated[Duration, says("how long an answer is used again for the same question", '"2h"')] = 86_400.0
    rules: Annotated[tuple[CheckRuleTable, ...], says("conditions on its answers", "see below")] = ()
    trustedform: Annotated[TrustedFormTable, says("what is asked of TrustedForm", "see below")] = TrustedFormTable()
    leadid: Annotated[LeadIdTable, says("what is asked of LeadiD", "see below")] = LeadIdTable()
    suppressionlist: Annotated[SuppressionListTable, says("what is asked of SuppressionList", "see below")] = (
        SuppressionListTable()
    )
    blacklist_alliance: Annotated[
        BlacklistAllianceTable, says("what is made of Blacklist Alliance's codes", "see below")
    ] = BlacklistAllianceTable()
    dncscrub: Annotated[DncScrubTable, says("what is asked of DNCScrub", "see below")] = DncScrubTable()
    http: Annotated[HttpTable, says("the request to a provider that you describe", "see below")] = HttpTable()
    facts: Annotated[
        tuple[CheckFactTable, ...], says("what filters and models may read of the answer to a ping", "see below")
    ] = ()
    test_certificates: Annotated[
        bool, says("whether a sandbox certificate passes: only for an installation that is itself a test", "false")
    ] = False
    url: Annotated[
        Text | None,
        says(
            "another address than the provider's, such as that of `leadbid fakes`; of provider `http` the address, "
            "which may hold `{phone}`, `{email}`, `{ip_address}` and `{secret}` in its path",
            '"https://api.trestleiq.com/3.0/phone_intel"',
        ),
    ] = None
    allow_private_hosts: Annotated[
        tuple[Text, ...],
        says("hosts of `url` that may have a private address and be reached without TLS", '["127.0.0.1"]'),
    ] = ()


class AlertsTable(Table, frozen=True, kw_only=True):
    """`[alerts]`: who is told what needs attention, and when not. Without it, `leadbid status` still shows it."""

    to: Annotated[
        tuple[Text, ...],
        says(
            "references to addresses: an https URL gets a signed webhook in JSON, any other (`slack://...`, "
            "`mailto://...`) is sent by Apprise, which `pip install 'leadbid[alerts]'` adds",
            '["env:ALERT_URL"]',
        ),
    ] = ()
    webhook_secret: Annotated[
        str | None,
        says("a reference to the Standard Webhooks key that signs webhooks (`whsec_...`)", '"env:ALERT_SECRET"'),
    ] = None
    quiet: Annotated[
        Hours | None, says("hours of the buyer's day in which nobody is told; the rest waits", '"22:00-07:00"')
    ] = None
    wake_for_critical: Annotated[bool, says("whether what is critical is told in quiet hours, too", "false")] = True
    off: Annotated[
        tuple[AlertCause, ...], says("causes that nobody wants to know of, nor `status` to show", '["cap_ahead"]')
    ] = ()
    no_wins_after: Annotated[
        float,
        Kind("duration", within(read_duration, 3_600.0, 172_800.0, 'use "1h" to "48h"')),
        says("without a lead bought for so long, though bids usually win", '"3h"'),
    ] = 10_800.0
    seller_silent_after: Annotated[
        float,
        Kind("duration", within(read_duration, 3_600.0, 172_800.0, 'use "1h" to "48h"')),
        says("without a ping of a seller for so long, though it usually sends", '"2h"'),
    ] = 7_200.0
    certificate_failures: Annotated[
        Share, says("the share of a seller's posts in a day whose certificate fails", '"30%"')
    ] = 0.3
    contact_fall: Annotated[
        Share, says("by how much of the usual rate fewer leads of a campaign are reached", '"30%"')
    ] = 0.3
    disk_free: Annotated[Share, says("the share of the disk that is still free", '"5%"')] = 0.05
    allow_private_hosts: Annotated[
        tuple[Text, ...],
        says("hosts of webhooks that may have a private address and be reached without TLS", '["127.0.0.1"]'),
    ] = ()


class OidcTable(Table, frozen=True, kw_only=True):
    """`[console.oidc]`: the OpenID Connect provider with which operators sign in to the console."""

    issuer: Annotated[
        Text, says("the issuer, exactly as its discovery document writes it", '"https://login.example.com"')
    ]
    client_id: Annotated[Text, says("the client's id at the provider", '"leadbid"')]
    client_secret: Annotated[Text, says("a reference to the client's secret", '"env:OIDC_SECRET"')]
    label: Annotated[Text, says("what the button to sign in calls it", '"Example SSO"')] = "OpenID Connect"
    scopes: Annotated[
        tuple[Text, ...], says("what is asked of it; some tell groups only for a scope `groups`", '["openid", "email"]')
    ] = ("openid", "email")
    role_claim: Annotated[
        Text, says("the claim that `roles` reads; dots lead inside another", '"realm_access.roles"')
    ] = "groups"
    roles: Annotated[
        dict[str, Role],
        says(
            "the role for each value of the claim, of which the highest counts; without it, the role of the operator",
            '{ "leadbid-admins" = "admin", "leadbid" = "viewer" }',
        ),
    ] = {}
    operators: Annotated[
        dict[str, Slug],
        says("the operator's name for each subject (`sub`) or verified email", '{ "ana@example.com" = "ana" }'),
    ] = {}
    email_domains: Annotated[
        tuple[Text, ...],
        says(
            "lets in whoever has a verified email of these domains, under that email; needs `roles`", '["example.com"]'
        ),
    ] = ()
    allow_private_hosts: Annotated[
        tuple[Text, ...],
        says("hosts of the provider that may have a private address and be reached without TLS", '["127.0.0.1"]'),
    ] = ()


class ConsoleTable(Table, frozen=True, kw_only=True):
    """`[console]`: the console for operators."""

    oidc: Annotated[OidcTable | None, says("the provider with which operators sign in", "see below")] = None


class CallingRuleTable(Table, frozen=True, kw_only=True):
    """`[[calling_rules]]`: when and how often people in a state may be called; it replaces the row that is shipped.

    The hours are those of the called person's clock, and never go beyond the federal ones.
    """

    state: Annotated[Text, says("the state, or `federal` for what holds everywhere", '"FL"')]
    hours: Annotated[
        tuple[HoursTable, ...], says("the hours, as in a campaign's schedule", '[{ hours = "08:00-20:00" }]')
    ]
    not_on_holidays: Annotated[bool, says("whether nobody may be called on the state's holidays", "true")] = False
    calls_max: Annotated[int | None, says("the most calls in `calls_within`", "3")] = None
    calls_within: Annotated[Duration, says("the time in which these calls are counted", '"24h"')] = 86_400.0
    note: Annotated[str, says("what else a caller must know", '"about one subject"')] = ""
    source: Annotated[str, says("where it was read", '"Fla. Stat. 501.616"')] = ""
    as_of: Annotated[LocalDate, says("the day on which it stood there", '"2026-11-01"')] = ""


_KEPT = within(read_duration, 86_400.0, 3_153_600_000.0, 'use "1 day" to "36500 days"')


class RetentionTable(Table, frozen=True, kw_only=True):
    """`[retention]`: how long each kind of record is kept; what is under legal hold stays."""

    lost_pings: Annotated[
        float,
        Kind("duration", _KEPT),
        says("after this, the journal holds nothing that finds the person of a ping that was not bought", '"30 days"'),
    ] = 30 * 86_400.0
    journal: Annotated[
        float, Kind("duration", _KEPT), says("after this, lines of the journal are removed", '"1825 days"')
    ] = 1_825 * 86_400.0
    leads: Annotated[
        float,
        Kind("duration", within(read_duration, 604_800.0, 3_153_600_000.0, 'use "7 days" to "36500 days"')),
        says("after this, a sale no longer says who the person is; its facts stay", '"1825 days"'),
    ] = 1_825 * 86_400.0
    evidence: Annotated[
        float, Kind("duration", _KEPT), says("after this, the evidence of a lead is removed", '"1825 days"')
    ] = 1_825 * 86_400.0
    answers: Annotated[
        float, Kind("duration", _KEPT), says("after this, the answers to posts are removed", '"400 days"')
    ] = 400 * 86_400.0
    counters: Annotated[
        float,
        Kind("duration", within(read_duration, 3_456_000.0, 3_153_600_000.0, 'use "40 days" to "36500 days"')),
        says("after this, what caps counted in a window that ended is removed", '"400 days"'),
    ] = 400 * 86_400.0


class BuyerFile(Table, frozen=True, kw_only=True):
    """The file."""

    buyer: Annotated[BuyerTable, says("the buyer", "see below")]
    verticals: Annotated[tuple[VerticalTable, ...], says("the kinds of lead", "see below")] = ()
    campaigns: Annotated[tuple[CampaignTable, ...], says("the purchase orders", "see below")] = ()
    sellers: Annotated[tuple[SellerTable, ...], says("the sellers", "see below")] = ()
    operators: Annotated[tuple[OperatorTable, ...], says("people and systems of the buyer", "see below")] = ()
    destinations: Annotated[tuple[Destination, ...], says("where bought leads are sent", "see below")] = ()
    checks: Annotated[tuple[CheckTable, ...], says("providers that are asked about leads", "see below")] = ()
    alerts: Annotated[AlertsTable, says("who is told what needs attention", "see below")] = AlertsTable()
    console: Annotated[ConsoleTable, says("the console for operators", "see below")] = ConsoleTable()
    calling_rules: Annotated[
        tuple[CallingRuleTable, ...], says("when people may be called, where it is not as shipped", "see below")
    ] = ()
    retention: Annotated[RetentionTable, says("how long records are kept", "see below")] = RetentionTable()
