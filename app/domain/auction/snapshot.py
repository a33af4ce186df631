"""Everything that a decision may read besides the ping: three references, as seen by one ping."""

import msgspec

from app.domain.caps.caps import Cap, CapStanding
from app.domain.catalogue import Catalogue
from app.domain.checks.verdict import Consultation
from app.domain.duplicate import Sighting
from app.domain.pricing.demand import DemandStanding
from app.domain.seller import Seller
from app.domain.targets.targets import TargetStanding

Caps = tuple[tuple[Cap, CapStanding], ...]
"""Every cap that one sale would use, with where it stands."""


class Known(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What we know of this person, lead and certificate already. `bought` says that this very lead is ours.

    `consultations` are what providers said of it, where they were asked. `awaited` are facts that they may still tell:
    a filter that lacks one of these refuses nothing yet.
    """

    sightings: tuple[Sighting, ...] = ()
    suppressed: bool = False
    certificate_used: bool = False
    bought: bool = False
    consultations: tuple[Consultation, ...] = ()
    awaited: frozenset[str] = frozenset()


class Standing(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Where the counters of this ping's candidates stand, and what operators switched.

    `caps` by campaign: one for each of its own caps, then of the seller's. `demand` by campaign, `signals` as
    (cause, cents), `paused` names of campaigns and sellers, `boosts` cents by campaign. `unwritable_s` is how long no
    sale could be recorded, if none can. `targets` by campaign, in its own order, where it has any.
    """

    caps: dict[str, tuple[CapStanding, ...]] = {}
    demand: dict[str, DemandStanding] = {}
    signals: tuple[tuple[str, int], ...] = ()
    paused: frozenset[str] = frozenset()
    boosts: dict[str, int] = {}
    unwritable_s: float = 0.0
    targets: dict[str, tuple[TargetStanding, ...]] = {}


class Snapshot(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The catalogue with what of known and standing touches one ping of one seller."""

    catalogue: Catalogue
    seller: Seller
    known: Known = Known()
    standing: Standing = Standing()
