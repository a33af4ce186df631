"""The whole of `buyer.toml` as people write it: every key once, with its meaning, its default and an example."""

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
    Zip,
    ZipCentre,
    ZipPrefix,
    Zone,
    read_number,
    read_rate,
    read_scalar,
    within,
)
from app.config.values.times import read_duration
from app.domain.calendar import WindowKind
from app.domain.campaign import DuplicateScope
from app.domain.caps.caps import Measure, TerritoryUnit
from app.domain.delivery.destination import Destination
from app.domain.reasons import Disclosure
from app.domain.seller import Mode, Statuses
from app.domain.vertical import FieldType
from app.wire.ping import Leg

_ALL_DAY = ((0, 1440),)
_EVERY_DAY = tuple(range(7))


def says(meaning: str, example: str) -> msgspec.Meta:
    """What a key means, and its value as it may stand in the file."""
    return msgspec.Meta(description=meaning, examples=[example])


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the file; `at` is where it stands and no key of it."""

    at: KeyPath = ()


class BuyerTable(Table, frozen=True, kw_only=True):
    """`[buyer]`: who buys."""

    legal_name: Annotated[Text, says("the company; a consumer's consent may name it", '"Harbor Lead Partners LLC"')]
    brands: Annotated[
        tuple[Text, ...], says("names by which consumers know it; bids carry the first", '["Harbor Lead Partners"]')
    ]
    time_zone: Annotated[Zone, says("where nothing else is said, local times are meant here", '"America/New_York"')]
    bid_lifetime: Annotated[
        float,
        Kind("duration", within(read_duration, 5.0, 3600.0, 'use "5s" to "1h"')),
        says("how long a bid is a promise", '"120s"'),
    ] = 120.0
    exploration_spread: Annotated[
        float,
        Kind("number", within(read_number, 0.0, 1.0, "use 0 to 1; 0 never explores")),
        says("how far every bid strays from the best price, in its logarithm, to learn the market", "0.10"),
    ] = 0.10
    exploration_wide_spread: Annotated[
        float,
        Kind("number", within(read_number, 0.0, 1.0, "use 0 to 1; 0 never explores")),
        says("how far the bids stray that explore widely", "0.30"),
    ] = 0.30
    exploration_wide_share: Annotated[Share, says("share of bids that explore widely", '"10%"')] = 0.10


class FieldTable(Table, frozen=True, kw_only=True):
    """`[[verticals.fields]]`: one field of a vertical's pings or posts."""

    name: Annotated[Name, says("its canonical name", '"credit_tier"')]
    type: Annotated[FieldType, says("what its values are", '"choice"')]
    title: Annotated[str, says("its name for people", '"Credit tier"')] = ""
    values: Annotated[tuple[Text, ...], says("all that a `choice` may be", '["excellent", "good", "fair"]')] = ()
    aliases: Annotated[
        tuple[Text, ...], says("other names under which any seller may send it", '["credit_rating"]')
    ] = ()
    required: Annotated[bool, says("whether a lead without it is refused", "true")] = False
    known_at_ping: Annotated[
        bool, says("whether the ping brings it already, so that filters and models may read it", "false")
    ] = True
    locked: Annotated[bool, says("whether the post must repeat the ping's value", "false")] = True
    minimum: Annotated[
        float | None, Kind("number", read_number), says("smallest value of an `integer` or `number`", "16")
    ] = None
    maximum: Annotated[
        float | None, Kind("number", read_number), says("largest value of an `integer` or `number`", "99")
    ] = None
    example: Annotated[str, says("a value for samples and posting instructions", '"37"')] = ""


class VerticalTable(Table, frozen=True, kw_only=True):
    """`[[verticals]]`: a kind of lead."""

    name: Annotated[Name, says("its canonical name, which pings carry", '"auto_insurance"')]
    title: Annotated[str, says("its name for people; pings may carry it too", '"Auto insurance"')] = ""
    fields: Annotated[
        tuple[FieldTable, ...], says("what a lead of it tells, beside place and consent", "see below")
    ] = ()
    consent_words: Annotated[
        tuple[Text, ...], says("a consumer's consent must name one of these", '["auto insurance", "car insurance"]')
    ] = ()
    buyer_types: Annotated[
        tuple[Text, ...],
        says("kinds of buyer that a consent may name instead of the buyer itself", '["insurance agents"]'),
    ] = ()


class AroundTable(Table, frozen=True, kw_only=True):
    """`territory.around`: the ZIPs whose centres lie near that of another, as the crow flies."""

    zip: Annotated[ZipCentre, says("the ZIP in the middle, which belongs to it", '"33602"')]
    miles: Annotated[
        float,
        Kind("miles", within(read_number, 0.1, 500.0, "use 0.1 to 500; for more than that name states")),
        says("how far it reaches", "25"),
    ]


class TerritoryTable(Table, frozen=True, kw_only=True):
    """`territory`: where a campaign buys. What it names is added up; naming nothing means everywhere."""

    states: Annotated[tuple[State, ...], says("whole states", '["TX", "OK"]')] = ()
    counties: Annotated[
        tuple[County, ...], says("whole counties, each with its state", '["Hillsborough, FL", "Pinellas, FL"]')
    ] = ()
    around: Annotated[tuple[AroundTable, ...], says("circles around ZIPs", '[{ zip = "33602", miles = 25 }]')] = ()
    zips: Annotated[tuple[Zip, ...], says("single ZIPs", '["33604", "33611"]')] = ()
    zip_file: Annotated[
        str, says("a file with a ZIP in each line, beside this one; `#` begins a comment", '"zips-tampa-bay.txt"')
    ] = ""
    zip_prefixes: Annotated[tuple[ZipPrefix, ...], says("all ZIPs that begin so", '["336", "337"]')] = ()
    not_states: Annotated[tuple[State, ...], says("states to leave out", '["NY"]')] = ()
    not_counties: Annotated[tuple[County, ...], says("counties to leave out", '["Miami-Dade, FL"]')] = ()
    not_zips: Annotated[tuple[Zip, ...], says("ZIPs to leave out", '["85041"]')] = ()
    not_zip_file: Annotated[str, says("a file of ZIPs to leave out", '"zips-no-service.txt"')] = ""


class HoursTable(Table, frozen=True, kw_only=True):
    """`[[campaigns.schedule]]`: hours in which a campaign buys; several tables add up, none means at all hours."""

    days: Annotated[Days, says("weekdays", '"mon-fri"')] = _EVERY_DAY
    hours: Annotated[
        Hours, says("one interval or several; one that ends before it begins goes on after midnight", '["08:00-12:00"]')
    ] = _ALL_DAY


class BoostTable(Table, frozen=True, kw_only=True):
    """`[[campaigns.boosts]]`: a timed push, in which a lead is worth more."""

    name: Annotated[Text, says("what explanations of a price call it", '"weekend push"')]
    dollars: Annotated[Dollars, says("added to a lead's value", "9.00")]
    days: Annotated[Days, says("weekdays", '"sat-sun"')] = _EVERY_DAY
    hours: Annotated[Hours, says("one interval or several", '"09:00-19:00"')] = _ALL_DAY
    first: Annotated[LocalDate, says("first day of the push; without it, it is on already", '"2027-03-01"')] = (
        msgspec.field(name="from", default="")
    )
    last: Annotated[LocalDate, says("last day of the push; without it, it never ends", '"2027-03-31"')] = msgspec.field(
        name="until", default=""
    )


class SellerCapTable(Table, frozen=True, kw_only=True):
    """`[[sellers.caps]]`: how much is bought of one seller, by all campaigns together."""

    name: Annotated[
        str,
        says("what refusals call it; by default as `count-per-day`. A renamed cap starts at zero", '"agents-per-day"'),
    ] = ""
    measure: Annotated[Measure, says("leads, or money", '"spend"')] = "count"
    limit: Annotated[
        Scalar, Kind("leads, or dollars of spend", read_scalar), says("how much may be bought in one window", "250")
    ]
    window: Annotated[WindowKind, says("the local window; `total` never starts anew", '"day"')]


class CapTable(SellerCapTable, frozen=True, kw_only=True):
    """`[[campaigns.caps]]`: how much a campaign buys. Exact at the sale: never one over."""

    scope: Annotated[
        Literal["campaign", "campaign_seller", "campaign_territory"],
        says("whether it counts all of the campaign, or each seller or each territory by itself", '"campaign_seller"'),
    ] = "campaign"
    unit: Annotated[
        TerritoryUnit | None,
        says("what one territory is, by default a state; only with `campaign_territory`", '"zip3"'),
    ] = None


class FilterTable(Table, frozen=True, kw_only=True):
    """`filters`: a rule on one field; all its conditions, and all filters, must hold."""

    field: Annotated[
        Text, says("a field of the vertical, or state, zip, zip3, sub_id, local_hour, weekday", '"credit_tier"')
    ]
    is_in: Annotated[tuple[Scalar, ...], says("it is one of these", '["excellent", "good"]')] = msgspec.field(
        name="in", default=()
    )
    not_in: Annotated[tuple[Scalar, ...], says("it is none of these", '["heavy"]')] = ()
    at_least: Annotated[Scalar | None, says("it is this or more; of a date, this or later", "21")] = None
    at_most: Annotated[Scalar | None, says("it is this or less; of a date, this or earlier", "75")] = None
    equals: Annotated[Scalar | None, says("it is this", "true")] = msgspec.field(name="is", default=None)
    present: Annotated[bool, says("it is there at all", "true")] = False
    missing: Annotated[Literal["refuse", "pass"], says("what a lead without the field gets", '"pass"')] = "refuse"


class WorthTable(Table, frozen=True, kw_only=True):
    """`conversion_value` as a table: a value that depends on the lead."""

    field: Annotated[Name, says("a numeric field in dollars", '"loan_amount"')]
    rate: Annotated[
        float,
        Kind("share", within(read_rate, 0.0, 100.0, 'write a share of the field, as "0.75%"')),
        says("the share of it that a conversion is worth", '"0.75%"'),
    ]
    base: Annotated[Dollars, says("added to that", "100")] = 0
    missing: Annotated[Dollars, says("added to `base` where a lead lacks the field", "1_200")] = 0
    low: Annotated[Dollars, says("never worth less", "800")] = 0
    high: Annotated[Dollars | None, says("never worth more", "6_000")] = None


class ConsentTable(Table, frozen=True, kw_only=True):
    """`consent`: the proof of consent that a campaign demands."""

    certificate: Annotated[
        Literal["any", "trustedform", "leadid", "none"], says("which certificate a post must carry", '"trustedform"')
    ] = "any"
    at_ping: Annotated[bool, says("whether the ping must carry it already", "true")] = False
    max_age: Annotated[Duration, says("how long ago a consumer may have consented", '"24h"')] = 72 * 3600.0
    landing_domains: Annotated[
        tuple[Text, ...],
        says("pages it may come from, with their subdomains; none named admits all", '["quotes.example"]'),
    ] = ()
    text_required: Annotated[bool, says("whether the text of the consent must come and name you", "false")] = True


class CampaignTable(Table, frozen=True, kw_only=True):
    """`[[campaigns]]`: one purchase order. Of several that want a lead, the one with most to gain bids."""

    name: Annotated[Slug, says("its name; renamed, it counts its caps from zero", '"auto-texas"')]
    vertical: Annotated[Name, says("the kind of lead it buys", '"auto_insurance"')]
    ceiling: Annotated[Dollars, says("the highest price ever bid", "45.00")]
    conversion_value: Annotated[
        Dollars | WorthTable,
        says("what one conversion contributes: a fixed amount, or a table by a field of the lead", "420.00"),
    ]
    floor: Annotated[Dollars, says("the lowest price ever bid", "1.00")] = 1
    handling_cost: Annotated[Dollars, says("what working one lead costs you", "0.50")] = 0
    brand: Annotated[str, says("the brand that its bids name; by default the buyer's first", '"Harbor Quotes"')] = ""
    legs: Annotated[
        tuple[Leg, ...], says("whether it buys exclusive leads, shared leads, or both", '["exclusive", "shared"]')
    ] = ("exclusive",)
    shared_share: Annotated[Share, says("how well a shared lead converts, against an exclusive one", '"60%"')] = 0.6
    fallback_price: Annotated[
        Dollars | None, says("bid where no model can price; without it there is no bid then", "6.00")
    ] = None
    time_zone: Annotated[Zone, says("of its hours, dates and caps; by default the buyer's", '"America/Chicago"')] = ""
    territory: Annotated[TerritoryTable, says("where it buys; everywhere if left out", '{ states = ["TX"] }')] = (
        TerritoryTable()
    )
    schedule: Annotated[tuple[HoursTable, ...], says("when it buys; at all hours if left out", "see below")] = ()
    blackout_dates: Annotated[tuple[LocalDate, ...], says("days on which it buys nothing", '["2026-12-25"]')] = ()
    blackout_holidays: Annotated[
        Holidays, says("whose holidays are such days too, also where they are observed on another day", '"federal"')
    ] = ()
    open_holidays: Annotated[
        tuple[Text, ...], says("those of them on which it buys all the same", '["Columbus Day"]')
    ] = ()
    boosts: Annotated[tuple[BoostTable, ...], says("timed pushes", "see below")] = ()
    caps: Annotated[tuple[CapTable, ...], says("how much it buys", '[{ limit = 250, window = "day" }]')] = ()
    filters: Annotated[tuple[FilterTable, ...], says("which leads it buys", '[{ field = "age", at_least = 21 }]')] = ()
    demand_max_adjustment: Annotated[
        Dollars, says("how far a territory's reported demand may move the price, up or down", "12.00")
    ] = 0
    duplicate_window: Annotated[Duration, says("how long a person bought before is not bought again", '"90 days"')] = (
        30 * 86_400.0
    )
    duplicate_scope: Annotated[
        DuplicateScope, says("bought by this campaign, for this vertical, or by the buyer at all", '"buyer"')
    ] = "vertical"
    consent: Annotated[ConsentTable, says("the proof of consent it demands", '{ max_age = "24h" }')] = ConsentTable()
    destinations: Annotated[
        tuple[Slug, ...], says("where its leads are sent, each to all of these", '["harbor-crm"]')
    ] = ()
    paused: Annotated[bool, says("whether it buys nothing at present", "true")] = False


class HalfPricesTable(Table, frozen=True, kw_only=True):
    """`median_winning_price`: the bid that wins half of a seller's auctions, until a model knows better."""

    exclusive: Annotated[Dollars, says("of exclusive leads", "20.00")] = 2_000
    shared: Annotated[Dollars, says("of shared leads", "12.00")] = 1_200


class SellerTable(Table, frozen=True, kw_only=True):
    """`[[sellers]]`: who may ping."""

    name: Annotated[Slug, says("its name; renamed, its earlier leads are another seller's", '"acme"')]
    key_sha256: Annotated[
        KeyHashes, says("the SHA-256 of its key in hex; several while a key is being changed", '["a2fb85..."]')
    ]
    title: Annotated[str, says("its name for people", '"Acme Leads"')] = ""
    allowed_ips: Annotated[
        tuple[Network, ...], says("addresses it may call from; none named admits all", '["203.0.113.0/24"]')
    ] = ()
    allow_get: Annotated[bool, says("whether it may ping and post by GET, with everything in the query", "true")] = (
        False
    )
    dialect: Annotated[
        str, says("whose words it is answered in, where the endpoint that it calls names none", '"boberdoo"')
    ] = "generic"
    format: Annotated[
        Literal["json", "xml", "text"], says("in which it is answered unless it asks otherwise", '"xml"')
    ] = "json"
    quoted_prices: Annotated[bool, says('whether its parser wants prices as text, `"12.50"`', "true")] = False
    statuses: Annotated[
        Statuses,
        says(
            "the HTTP codes it understands: 200 for business answers, 200 for everything with the true code in "
            "`X-Original-Status-Code`, or 400, 409 and 422 for refusals of a post too",
            '"always_200"',
        ),
    ] = "usual"
    mode: Annotated[
        Mode,
        says(
            "`test`: whatever it sends is a test; `certify`: it is until the seller has certified itself, then live",
            '"certify"',
        ),
    ] = "live"
    direct: Annotated[bool, says("whether it may post a lead without a ping, to `/v1/lead?mode=full`", "true")] = False
    disclosure: Annotated[
        Disclosure, says("how exactly it is told why a lead is refused: the reason, its kind, or nothing", '"class"')
    ] = "full"
    aliases: Annotated[
        dict[str, Name], says("its field names, and ours for each", '{ fico_band = "credit_tier" }')
    ] = {}
    value_maps: Annotated[
        dict[str, dict[str, Scalar]],
        says("by our field name: its values, and ours for each", '{ homeowner = { own = "yes", rent = "no" } }'),
    ] = {}
    quality_factor: Annotated[
        float,
        Kind("number", within(read_number, 0.05, 5.0, "use 0.05 to 5; 1 means that its leads convert as predicted")),
        says("what its leads proved to be worth, over what was foretold", "0.92"),
    ] = 1.0
    return_rate: Annotated[
        float,
        Kind("share", within(read_rate, 0.0, 0.9, 'write a share from 0 to 0.9, as "4%"')),
        says("the share of its leads that is returned and credited", '"4%"'),
    ] = 0.0
    rate_per_second: Annotated[
        float,
        Kind("pings a second", within(read_number, 0.0, 1e6, "use 0 (unbounded) or more")),
        says("how many pings it may send; 0 is unbounded", "200"),
    ] = 0.0
    burst: Annotated[int | None, says("how many of them at once; by default one second's worth", "400")] = None
    hash_lookups_per_day: Annotated[
        int, says("how many pings a day may ask for a person by hash and not be posted", "2_000")
    ] = 10_000
    prepaid_balance: Annotated[
        Dollars | None, says("all that may ever be bought of it; a top-up raises it", "25_000.00")
    ] = None
    caps: Annotated[
        tuple[SellerCapTable, ...], says("how much is bought of it", '[{ limit = 1_500, window = "day" }]')
    ] = ()
    median_winning_price: Annotated[
        HalfPricesTable, says("the bids that win half of its auctions", "{ exclusive = 20.00 }")
    ] = HalfPricesTable()
    paused: Annotated[bool, says("whether nothing is bought of it at present", "true")] = False


class OperatorTable(Table, frozen=True, kw_only=True):
    """`[[operators]]`: people and systems of the buyer, who report outcomes and demand and may see details."""

    name: Annotated[Slug, says("who it is, in records of what was switched", '"demo-ops"')]
    key_sha256: Annotated[
        KeyHashes, says("the SHA-256 of its key in hex; several while a key is changed", '["4a7c44..."]')
    ]


class BuyerFile(Table, frozen=True, kw_only=True):
    """The file."""

    buyer: Annotated[BuyerTable, says("who buys", "see below")]
    verticals: Annotated[tuple[VerticalTable, ...], says("kinds of lead", "see below")] = ()
    campaigns: Annotated[tuple[CampaignTable, ...], says("purchase orders", "see below")] = ()
    sellers: Annotated[tuple[SellerTable, ...], says("who may ping", "see below")] = ()
    operators: Annotated[tuple[OperatorTable, ...], says("the buyer's own people and systems", "see below")] = ()
    destinations: Annotated[tuple[Destination, ...], says("where bought leads go", "see below")] = ()
