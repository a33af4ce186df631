"""The buyer: names for consent texts, time zone, exploration, and how long records are kept."""

from typing import Literal, get_args

import msgspec

from app.wire.feedback import EventWord

DAY_S = 86_400.0


class Exploration(msgspec.Struct, frozen=True, kw_only=True):
    """Every bid is jittered in its logarithm, by `spread` where nothing is known of a seller's auctions and by less the
    more they taught; a `wide_share` of them always by `wide_spread`.
    """

    spread: float = 0.10
    wide_spread: float = 0.30
    wide_share: float = 0.10


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """`bid_lifetime_s` is how long a bid is a promise. `brands` and `legal_name` are what consent may name.

    `public_urls` are where sellers reach the service, each without a path.
    """

    legal_name: str
    brands: tuple[str, ...]
    zone: str
    bid_lifetime_s: int = 120
    exploration: Exploration = Exploration()
    public_urls: tuple[str, ...] = ()


Role = Literal["viewer", "operator", "admin"]
"""A viewer looks; an operator also reports and changes what is bought; an admin also takes keys from others. Each may
do what the one before may."""

ROLES: tuple[Role, ...] = get_args(Role)


class Retention(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """In seconds since a ping was decided, a lead sold, an answer given, or a counter's window ended.

    After `lost_pings_s` the journal says no more of a ping that was not bought than what was decided, and nothing that
    finds a person. After `journal_s` its lines go. After `leads_s` a sale says nobody's name.
    """

    lost_pings_s: float = 30 * DAY_S
    journal_s: float = 1_825 * DAY_S
    leads_s: float = 1_825 * DAY_S
    evidence_s: float = 1_825 * DAY_S
    answers_s: float = 400 * DAY_S
    counters_s: float = 400 * DAY_S


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """A person or system of the buyer, known by its key, that may do what its role may.

    `events` are the words of its system for outcomes, in lower case without signs and spaces. `preset` is the CRM whose
    webhooks it stands for, and `secret` a reference to what they are signed with.
    """

    name: str
    key_sha256: tuple[str, ...]
    role: Role = "operator"
    events: dict[str, EventWord] = {}
    preset: str = ""
    secret: str = ""

    def may(self, role: Role) -> bool:
        """Whether it may do what needs this role."""
        return ROLES.index(self.role) >= ROLES.index(role)
