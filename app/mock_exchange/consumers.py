"""Consumer N of a large made-up population: always the same person, with a ping that hides it and a post that tells."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.circumstances import VERTICALS, Traits, circumstances, traits_of
from app.mock_exchange.names import FIRST_NAMES, LAST_NAMES, MAIL_DOMAINS, STREET_KINDS, STREETS, USER_AGENTS
from app.mock_exchange.places import CITY_WEIGHTS, City
from app.wire.ping import Value

BORN_BEFORE = 2026
"""Ages are those of this year, so that a person says the same thing whenever it is asked."""


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """One person who filled in one vertical's form. `intent` is what no ping shows: a standard normal wish to buy.

    `later` are answers that the form asks after the ping has gone out.
    """

    number: int
    vertical: str
    first_name: str
    last_name: str
    phone: str
    email: str
    address: str
    city: str
    state: str
    zip: str
    birth_date: str
    ip_address: str
    user_agent: str
    landing_page: str
    lead_id: str
    trustedform_cert_url: str
    leadid_token: str
    fields: dict[str, Value]
    later: dict[str, Value]
    intent: float

    def __repr__(self) -> str:
        return f"Consumer({self.number}, {self.vertical!r})"


class LeadForm(msgspec.Struct, frozen=True):
    """Where a vertical's consumers come from, and to whom and what they consent."""

    host: str
    topic: str
    companies: str


FORMS = {
    "auto_insurance": LeadForm(
        "www.autoratefinder.example", "auto insurance quotes", "insurance agents and insurance companies"
    ),
    "solar": LeadForm(
        "www.sunnyroofsavings.example", "solar panels for my home", "solar companies and solar installers"
    ),
    "mortgage": LeadForm(
        "www.homeloanmatcher.example", "a mortgage or refinancing", "mortgage lenders and mortgage brokers"
    ),
    "personal_injury": LeadForm("www.claimhelpdesk.example", "my personal injury claim", "law firms and attorneys"),
    "roofing": LeadForm("www.roofquotehub.example", "my roofing project", "roofing contractors and roofing companies"),
}
_OTHER = LeadForm("www.quotefinder.example", "my request", "companies that can help me")
_SOURCES = ("search", "social", "native")
_LATER = frozenset({"best_time_to_call"})


def vertical_of(number: int) -> str:
    """The form that this consumer fills in by default: verticals take turns."""
    return VERTICALS[(number - 1) % len(VERTICALS)]


def consumer(seed: int, number: int, vertical: str = "") -> Consumer:
    """Consumer `number` (1, 2, ...) of population `seed`: one person in every vertical, with one lead in each."""
    vertical = vertical or vertical_of(number)
    person, lead = chance_of(seed, "person", number), chance_of(seed, "lead", number, vertical)
    traits = traits_of(person)
    city = person.weighted("city", CITY_WEIGHTS)
    first, last = person.one_of("first", FIRST_NAMES), person.one_of("last", LAST_NAMES)
    answers = circumstances(vertical, lead, traits)
    return Consumer(
        number=number,
        vertical=vertical,
        first_name=first,
        last_name=last,
        phone=_phone(person, city),
        email=f"{first}.{last}.{number}@{person.one_of('mail', MAIL_DOMAINS)}".lower(),
        address=_address(person),
        city=city.name,
        state=city.state,
        zip=person.one_of("zip", city.zips),
        birth_date=_birth_date(person, traits),
        ip_address=_ip_address(person),
        user_agent=person.weighted("browser", USER_AGENTS),
        landing_page=f"https://{FORMS.get(vertical, _OTHER).host}/quote?src={lead.one_of('source', _SOURCES)}",
        lead_id=f"L{lead.hexadecimal('lead_id', 16)}",
        trustedform_cert_url=f"https://cert.trustedform.com/{lead.hexadecimal('trustedform', 40)}",
        leadid_token=_leadid(lead),
        fields={name: value for name, value in answers.items() if name not in _LATER},
        later={name: value for name, value in answers.items() if name in _LATER},
        intent=lead.normal("intent"),
    )


def ping_of(who: Consumer, now: float, *, consent: str = "", with_hash: bool = False) -> dict[str, Value]:
    """What a seller may tell about this consumer before the sale: nothing that names the person.

    `now` is UTC epoch seconds; `consent` is the text agreed to, that of the form itself if empty.
    """
    ping = {**_shared(who, now, consent), **who.fields}
    if with_hash:
        ping |= {"phone_hash": sha256(who.phone.encode()).hexdigest(), "hash_type": "sha256"}
    return ping


def post_of(who: Consumer, ping_id: str, now: float, *, consent: str = "") -> dict[str, Value]:
    """The whole lead that answers the bid `ping_id`; it repeats its ping in everything they share."""
    return {
        "ping_id": ping_id,
        **_shared(who, now, consent),
        "consent_at": _utc(now),
        "first_name": who.first_name,
        "last_name": who.last_name,
        "phone": who.phone,
        "email": who.email,
        "address": who.address,
        "city": who.city,
        "birth_date": who.birth_date,
        **who.fields,
        **who.later,
    }


def consent_text(companies: str, topic: str) -> str:
    """What a consumer agrees to who asks these companies about this."""
    return (
        f"By clicking Submit I agree that {companies} may call and text me about {topic} at the number I gave, also "
        "with automated technology and prerecorded messages. Consent is not a condition of any purchase."
    )


def _shared(who: Consumer, now: float, consent: str) -> dict[str, Value]:
    form = FORMS.get(who.vertical, _OTHER)
    return {
        "vertical": who.vertical,
        "zip": who.zip,
        "state": who.state,
        "seller_lead_id": who.lead_id,
        "created_at": _utc(now),
        "ip_address": who.ip_address,
        "user_agent": who.user_agent,
        "landing_page": who.landing_page,
        "tcpa_consent": True,
        "tcpa_text": consent or consent_text(form.companies, form.topic),
        "trustedform_cert_url": who.trustedform_cert_url,
        "leadid_token": who.leadid_token,
    }


def _phone(chance: Chance, city: City) -> str:
    """Ten digits that could ring: no service code (N11), no fictional exchange (555), no run of digits."""
    first = chance.integer("exchange", 2, 9)
    second = chance.one_of("exchange/2", [digit for digit in range(10) if digit not in (1, first, first + 1)])
    third, line = chance.integer("exchange/3", 0, 9), chance.integer("line", 1_000, 9_999)
    return f"{chance.one_of('area', city.area_codes)}{first}{second}{third}{line}"


def _address(chance: Chance) -> str:
    street, kind = chance.one_of("street", STREETS), chance.one_of("street/kind", STREET_KINDS)
    return f"{chance.integer('house', 100, 9_899)} {street} {kind}"


def _birth_date(chance: Chance, traits: Traits) -> str:
    month, day = chance.integer("month", 1, 12), chance.integer("day", 1, 28)
    return f"{BORN_BEFORE - traits.age}-{month:02d}-{day:02d}"


def _ip_address(chance: Chance) -> str:
    """An address of a block that US providers give to households."""
    first, second = chance.one_of("ip/block", ((24, 16), (67, 160), (71, 192), (73, 0), (76, 96), (98, 192)))
    third, fourth = chance.integer("ip/3", 0, 255), chance.integer("ip/4", 1, 254)
    return f"{first}.{second + chance.integer('ip/2', 0, 31)}.{third}.{fourth}"


def _leadid(chance: Chance) -> str:
    digits = chance.hexadecimal("leadid", 32).upper()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _utc(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
