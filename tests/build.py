"""Values for tests: each complete and sensible as it stands, so that a test names only what it is about."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from app.domain.buyer import Buyer, Exploration
from app.domain.campaign import Campaign
from app.domain.caps.caps import Cap
from app.domain.catalogue import Catalogue, Model, index_campaigns
from app.domain.keyed import Keys
from app.domain.pricing.pricing import Worth
from app.domain.schedule import ALWAYS, Schedule
from app.domain.seller import Seller
from app.domain.territory import Territory
from app.domain.vertical import Field, Vertical
from app.wire.ping import Ping, Value
from app.wire.post import Contact, Post

NOW = 1_795_190_400.0
"""Friday 20 November 2026, 10:00 in Chicago, 11:00 in New York."""

CERTIFICATE_URL = "https://cert.trustedform.com/" + "0123456789abcdef" * 2 + "01234567"
LEADID = "4F0C2D1A-93B7-4E58-A6C1-0D9E7B35F284"
CONSENT_TEXT = "By pressing Get Quote I ask Bright Roofs to call me about solar at the number above."
ZIP_STATES = {"78701": ("TX",), "75201": ("TX",), "90001": ("CA",), "10001": ("NY",), "42223": ("KY", "TN")}
ZIP_STATES |= {zip_code[:3]: states for zip_code, states in ZIP_STATES.items()}


def vertical(**overrides: Any) -> Vertical:
    """Solar, with a choice, a number and an unlocked text."""
    solar = Vertical(
        name="solar",
        title="Solar",
        fields=(
            Field(name="roof", type="choice", values=("tile", "shingle", "flat")),
            Field(name="monthly_bill", type="number", minimum=0.0, maximum=5_000.0),
            Field(name="utility", type="text", locked=False),
        ),
        consent_words=("solar", "roof"),
        buyer_types=("solar companies",),
    )
    return replace(solar, **overrides)


def campaign(**overrides: Any) -> Campaign:
    """Buys solar leads in Texas on both legs at all hours, for $5 to $60, without caps or filters."""
    solar = Campaign(
        name="solar-tx",
        vertical="solar",
        brand="Bright Roofs",
        zone="America/Chicago",
        legs=("exclusive", "shared"),
        territory=Territory(states=frozenset({"TX"})),
        schedule=Schedule(minutes=ALWAYS),
        caps=(),
        floor_cents=500,
        ceiling_cents=6_000,
        worth=Worth(base_cents=40_000),
    )
    return replace(solar, **overrides)


def cap(**overrides: Any) -> Cap:
    """A hundred leads a day of the campaign `solar-tx`."""
    daily = Cap(
        name="daily",
        owner="solar-tx",
        measure="count",
        limit=100,
        window="day",
        scope="campaign",
        zone="America/Chicago",
    )
    return replace(daily, **overrides)


def seller(**overrides: Any) -> Seller:
    """Acme, whose key is `acme-key`, without limits."""
    acme = Seller(name="acme", title="Acme Leads", key_sha256=(sha256(b"acme-key").hexdigest(),))
    return replace(acme, **overrides)


def buyer(**overrides: Any) -> Buyer:
    """Bright Roofs of Chicago, whose prices do not explore."""
    bright = Buyer(
        legal_name="Bright Roofs LLC",
        brands=("Bright Roofs",),
        zone="America/Chicago",
        exploration=Exploration(spread=0.0, wide_spread=0.0),
    )
    return replace(bright, **overrides)


def model(probability: float = 0.2, **overrides: Any) -> Model:
    """Gives every solar lead the same probability."""

    def constant(_facts: Mapping[str, Value]) -> float:
        return probability

    return replace(Model(vertical="solar", version="1", probability=constant), **overrides)


def catalogue(
    campaigns: Iterable[Campaign] | None = None,
    sellers: Iterable[Seller] | None = None,
    models: Iterable[Model] | None = None,
    verticals: Iterable[Vertical] | None = None,
    **overrides: Any,
) -> Catalogue:
    """One campaign, one seller, one model and their vertical, with all indexes; each may be given instead."""
    bought = tuple(campaigns) if campaigns is not None else (campaign(),)
    sold_by = tuple(sellers) if sellers is not None else (seller(),)
    priced = tuple(models) if models is not None else (model(),)
    kinds = tuple(verticals) if verticals is not None else (vertical(),)
    whole = Catalogue(
        config_hash="0" * 16,
        buyer=buyer(),
        verticals={item.name: item for item in kinds},
        campaigns={item.name: item for item in bought},
        sellers={item.name: item for item in sold_by},
        seller_by_key={key: item for item in sold_by for key in item.key_sha256},
        operator_by_key={},
        zip_states=ZIP_STATES,
        destinations={},
        models={item.vertical: item for item in priced},
        index=index_campaigns(bought),
    )
    return replace(whole, **overrides)


def keys(**overrides: Any) -> Keys:
    """Keys of one byte repeated; the signing key has the id 1."""
    fixed = Keys(
        signing={1: b"s" * 32},
        signing_id=1,
        index=b"i" * 32,
        sealing={"one": b"e" * 32},
        sealing_id="one",
    )
    return replace(fixed, **overrides)


def ping(**overrides: Any) -> Ping:
    """A solar lead in Austin, an hour old, that names its certificate."""
    lead = Ping(
        vertical="solar",
        zip="78701",
        state="TX",
        created_at=NOW - 3_600.0,
        seller_lead_id="lead-1",
        trustedform_cert_url=CERTIFICATE_URL,
        fields={"roof": "tile", "monthly_bill": 180.0},
    )
    return replace(lead, **overrides)


def contact(**overrides: Any) -> Contact:
    """A person who could be reached."""
    maria = Contact(
        first_name="Maria",
        last_name="Lopez",
        phone="(512) 461-2234",
        email="maria.lopez@gmail.com",
        address="12 Oak Street",
        city="Austin",
        state="TX",
        zip="78701",
    )
    return replace(maria, **overrides)


def post(**overrides: Any) -> Post:
    """The post of `ping()`; its `ping_id` is a placeholder."""
    lead = Post(
        ping_id="x" * 64,
        contact=contact(),
        vertical="solar",
        zip="78701",
        state="TX",
        created_at=NOW - 3_600.0,
        seller_lead_id="lead-1",
        tcpa_consent=True,
        tcpa_text=CONSENT_TEXT,
        consent_at=NOW - 3_600.0,
        trustedform_cert_url=CERTIFICATE_URL,
        fields={"roof": "tile", "monthly_bill": 180.0},
    )
    return replace(lead, **overrides)
