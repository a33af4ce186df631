"""One configuration as it was in force: the posts of its bids are judged by it, whatever is in force by then."""

from collections.abc import Callable
from functools import cached_property

import msgspec
from msgspec.structs import replace

from app.domain.access.openid import OpenIdTerms
from app.domain.alerts.terms import AlertTerms
from app.domain.buyer import Buyer, Operator, Retention
from app.domain.campaign import Campaign
from app.domain.checks.check import Check
from app.domain.delivery.destination import Destination
from app.domain.seller import Seller
from app.domain.token import CONFIG_BYTES
from app.domain.vertical import Vertical


class Configuration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """All that one file declared, in its order and without secrets. `config_hash` names it in every decision."""

    config_hash: str
    buyer: Buyer
    verticals: tuple[Vertical, ...]
    campaigns: tuple[Campaign, ...]
    sellers: tuple[Seller, ...]
    operators: tuple[Operator, ...] = ()
    destinations: tuple[Destination, ...] = ()
    retention: Retention = Retention()
    checks: tuple[Check, ...] = ()
    alerts: AlertTerms = AlertTerms()
    openid: OpenIdTerms | None = None

    def campaign_of(self, tag: bytes) -> Campaign | None:
        """The campaign that a bid names, which this configuration made."""
        position = int.from_bytes(tag[CONFIG_BYTES:])
        return self.campaigns[position] if position < len(self.campaigns) else None

    def campaign(self, name: str) -> Campaign | None:
        """The campaign of this name."""
        return next((campaign for campaign in self.campaigns if campaign.name == name), None)

    def vertical(self, name: str) -> Vertical | None:
        """The vertical of this name."""
        return self.verticals_by_name.get(name)

    def seller(self, name: str) -> Seller | None:
        """The seller of this name."""
        return self._sellers_by_name.get(name)

    @cached_property
    def verticals_by_name(self) -> dict[str, Vertical]:
        """All verticals; every post asks for its own, and for its seller."""
        return {vertical.name: vertical for vertical in self.verticals}

    @cached_property
    def _sellers_by_name(self) -> dict[str, Seller]:
        return {seller.name: seller for seller in self.sellers}


def with_keys(configuration: Configuration, change: Callable[[str], str]) -> Configuration:
    """The same with the hash of each key of its sellers and operators changed, so that it may be stored."""
    return replace(
        configuration,
        sellers=tuple(
            replace(seller, key_sha256=tuple(map(change, seller.key_sha256))) for seller in configuration.sellers
        ),
        operators=tuple(
            replace(operator, key_sha256=tuple(map(change, operator.key_sha256)))
            for operator in configuration.operators
        ),
    )
