"""All parts of one running bidder: configuration, standing, keys and records."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from app.certificates.provider_client import ProviderClient
from app.domain.buyer import Operator
from app.domain.catalogue import Catalogue
from app.domain.keyed import Keys
from app.journal.lines import Line
from app.journal.writer import KeptLine
from app.openid.client import OpenIdClient
from app.outbound.message import OutboundAnswer, OutboundRequest
from app.reports.scorecard import Scorecards
from app.store.store import Store
from app.store.vault import Vault
from app.telemetry.metrics import Metrics
from app.usecases.former import FormerConfigurations
from app.usecases.limits.kept_appetites import KeptAppetites
from app.usecases.limits.keyless import KeylessRefusals
from app.usecases.limits.rate_limit import HashQuotas, RateLimits
from app.usecases.limits.shed_pings import ShedPings
from app.usecases.post_collectors import PostCollectors
from app.usecases.standing.standing import LiveStanding
from app.usecases.test_recorder import TestRecorder


class Journal(Protocol):
    """Where decisions go; a line comes back for those who need it again."""

    def append(self, line: Line) -> KeptLine: ...


async def _not_sent(_request: OutboundRequest) -> OutboundAnswer:
    return OutboundAnswer(trouble="refused_address")


def _asks_nobody() -> ProviderClient:
    """Who has no way out leaves every question open."""
    return ProviderClient(_not_sent, dict)


def _knows_no_provider() -> OpenIdClient:
    """Who has no way out lets nobody in by the word of others."""
    return OpenIdClient(_not_sent, dict, lambda: 0.0)


class Bidder(msgspec.Struct, kw_only=True):
    """One value that every use case is given; only `catalogue` is ever replaced, all else moves inside.

    `catalogue` has the `limits` of caps, by OWNER/CAP, that operators set in place of the declared ones.

    `former` holds the latest configurations that were in force before, or are on another replica, whose bids may live.

    `chance` gives that many random bytes, `steady` seconds by a clock that is never set, `sold` is called after each
    sale so that delivery need not wait for its poll. `seed` keys every draw. `certified` are the sellers that have
    certified themselves, `operator_keys` those made by command. `test_recorders` see every test. `providers` are asked
    by checks, `openid` about operators, `post_collectors` about a post. `keyless` counts what was refused without a
    seller's key, `shed` what was for want of time.
    """

    catalogue: Catalogue
    keys: Keys
    seed: bytes
    chance: Callable[[int], bytes]
    steady: Callable[[], float]
    secrets: Callable[[], Mapping[str, str]] = dict
    store: Store
    vault: Vault
    journal: Journal
    metrics: Metrics
    standing: LiveStanding
    rates: RateLimits
    quotas: HashQuotas
    sold: Callable[[], None]
    scorecards: Scorecards
    providers: ProviderClient = msgspec.field(default_factory=_asks_nobody)
    openid: OpenIdClient = msgspec.field(default_factory=_knows_no_provider)
    post_collectors: PostCollectors = PostCollectors()
    former: FormerConfigurations = msgspec.field(default_factory=FormerConfigurations)
    appetites: KeptAppetites = msgspec.field(default_factory=KeptAppetites)
    keyless: KeylessRefusals = msgspec.field(default_factory=KeylessRefusals)
    shed: ShedPings = msgspec.field(default_factory=ShedPings)
    certified: set[str] = msgspec.field(default_factory=set)
    operator_keys: dict[str, Operator] = msgspec.field(default_factory=dict)
    test_recorders: list[TestRecorder] = msgspec.field(default_factory=list)

    limits: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def operator_by_key(self) -> Mapping[str, Operator]:
        """Operators by the SHA-256 of a key in hex: those that the file declares, then those made by command."""
        return {**self.operator_keys, **self.catalogue.operator_by_key}
