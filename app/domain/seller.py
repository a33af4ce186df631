"""A seller: its keys, its settings, and the quality of its leads."""

from collections.abc import Container, Mapping
from typing import Literal

import msgspec

from app.domain.caps.caps import Cap
from app.domain.pricing.landscape import OrtbCurve
from app.domain.reasons import Disclosure
from app.domain.returns.feedback_wish import FeedbackWish
from app.domain.returns.policy import ReturnPolicy
from app.wire.ping import Leg

Statuses = Literal["usual", "always_200", "strict_rest"]
"""Business answers are 200 and faults are not; or all are 200; or refusals of a post have codes of their own too."""


Mode = Literal["live", "test", "certify"]
"""Everything is bought for real; or is a test; or is a test until the seller has certified itself."""


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What a seller's leads turned out to be: realized over predicted value, and the share returned and credited.

    `sub_sources` are the quality factors of those of its sub-sources that have been measured, by `sub_id`, and
    `sub_source_returns` their shares returned.
    """

    quality_factor: float = 1.0
    return_rate: float = 0.0
    sub_sources: Mapping[str, float] = {}
    sub_source_returns: Mapping[str, float] = {}


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """`aliases` map its field names to ours and `value_maps` its values, by our field name.

    `habits` are declared: they hold until its leads have been measured, as do the curves of both legs. `rate_per_s`
    with `burst` bounds its pings; 0 is unbounded. `hash_lookups_per_day` bounds a day's hashes that never post.
    `dialect` and `format` are those of its answers where the endpoint names none; `quoted_prices` are text. `statuses`
    are the HTTP codes that it understands. `bid_id_key` is a name under which
    it wants the bid's id too. `direct` sellers may post without a ping. `price_points`, in cents and rising, are the
    only prices that it takes; any where there are none. Nothing is bought of its `blocked_sub_sources`. `returns` says
    what it takes back, `feedback` what it is told of its leads.
    """

    name: str
    title: str
    key_sha256: tuple[str, ...]
    allowed_ips: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    value_maps: dict[str, dict[str, str]] = {}
    habits: Habits = Habits()
    rate_per_s: float = 0.0
    burst: int = 0
    hash_lookups_per_day: int = 10_000
    caps: tuple[Cap, ...] = ()
    disclosure: Disclosure = "full"
    paused: bool = False
    allow_get: bool = False
    dialect: str = "generic"
    format: Literal["json", "xml", "text"] = "json"
    quoted_prices: bool = False
    statuses: Statuses = "usual"
    bid_id_key: str = ""
    direct: bool = False
    mode: Mode = "live"
    exclusive: OrtbCurve = OrtbCurve(half_cents=2_000)
    shared: OrtbCurve = OrtbCurve(half_cents=1_200)
    price_points: tuple[int, ...] = ()
    blocked_sub_sources: tuple[str, ...] = ()
    returns: ReturnPolicy = ReturnPolicy()
    feedback: FeedbackWish | None = None

    def curve(self, leg: Leg) -> OrtbCurve:
        """What is declared of its auctions on a leg."""
        return self.exclusive if leg == "exclusive" else self.shared

    def is_live(self, certified: Container[str]) -> bool:
        """Whether it is bought of for real; `certified` names the sellers that have certified themselves."""
        return self.mode == "live" or (self.mode == "certify" and self.name in certified)
