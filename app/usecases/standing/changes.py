"""Everything that may change between two pings, as values that can be written down and applied elsewhere.

A change names counters by their keys and amounts in the cap's own unit, so that it means the same whatever
configuration whoever applies it has read.
"""

import msgspec
from msgspec.structs import replace

from app.domain.auction.marks import with_withheld
from app.domain.auction.weighing import Offer
from app.domain.caps.caps import Cap
from app.domain.caps.division import Replica
from app.domain.caps.pacing import ShadowPrice
from app.domain.schedule import Schedule
from app.domain.targets.targets import CampaignTarget, KeptLedger, TargetUse
from app.journal.lines import PingLine
from app.journal.writer import KeptLine
from app.store.known import SightingPart
from app.wire.feedback import Demand, Signal
from app.wire.ping import Ping

Use = tuple[str, int]
"""The key of a counter, and how much of its limit is taken."""

KnownSale = tuple[str, str, str, float]
"""A person's digest, the campaign that bought the lead, its vertical, and when it was sold."""


class _Change(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Times are UTC epoch seconds."""


class _BidsOnly(msgspec.Struct, frozen=True, gc=False):
    bids: tuple[Offer, ...] = ()


class BidLine(msgspec.Struct, frozen=True, gc=False):
    """What a post reads of its ping's line: a third of it."""

    ping: Ping
    model: str
    decision: _BidsOnly
    bid_ids: tuple[str, ...] = ()


_decode_line = msgspec.json.Decoder(PingLine).decode
_decode_bid_line = msgspec.json.Decoder(BidLine).decode


class BidMade(_Change, frozen=True, gc=False, tag="bid_made"):
    """A ping was answered with bids, which are live until `expires_at`. `terms` tells a repeat from another lead.

    What was asked, decided and answered is read from the journal again, since few are asked for. `takes` is the space
    that the bids need; a test needs none. The clock may have been moved since by `moved_s`, and `at` and `expires_at`
    with it: the bid's own token holds the expiry that it was made with. `withheld` is what the ping said where the line
    may have a stand-in, empty after a restart: nobody knows it any more.
    """

    nonce: bytes
    seller: str
    at: float
    expires_at: int
    terms: bytes
    test: bool
    kept: KeptLine
    takes: tuple[Use, ...] = ()
    warnings: tuple[str, ...] = ()
    moved_s: int = 0
    withheld: bytes = b""

    def moved(self, by: int) -> "BidMade":
        """The same bid after the clock was moved: it has as much left of its life as before."""
        return replace(self, at=self.at + by, expires_at=self.expires_at + by, moved_s=self.moved_s + by)

    @property
    def line(self) -> PingLine | None:
        """The line, read anew each time; `None` where the journal does not hold it any more."""
        text = self.kept.text
        return _decode_line(text) if text is not None else None

    def bid_line(self) -> BidLine | None:
        """The same as far as a post reads it."""
        text = self.kept.text
        return _decode_bid_line(text) if text is not None else None

    def ping_of(self, line: BidLine) -> Ping:
        """The ping of its line as it came, as far as that is known."""
        return with_withheld(line.ping, self.withheld)


class BidLost(_Change, frozen=True, gc=False, tag="bid_lost"):
    """The seller reported the lead lost: the bid will not be posted. One that was made later is another."""

    nonce: bytes
    at: float


class BidEnded(_Change, frozen=True, gc=False, tag="bid_ended"):
    """The bid was posted or lost before a restart: it is over, and says nothing new of its seller."""

    nonce: bytes


class PostSeen(_Change, frozen=True, gc=False, tag="post_seen"):
    """Before a restart a seller posted what it had got a bid for so many seconds earlier: its habits tell of that.

    Without it only bids that nobody posted would be left to learn from.
    """

    seller: str
    delay_s: float


class Sold(_Change, frozen=True, gc=False, tag="sold"):
    """A lead was bought and committed. `people` and `certificates` are the digests by which it is known.

    A lead is bought once, so that whoever hears of it again by its nonce knows it already. Where another replica made
    its bid than the one that sold it, it is `undecided`: its id and leg, for the one that did.
    """

    nonce: bytes
    at: float
    campaign: str
    vertical: str
    zip: str
    state: str
    uses: tuple[Use, ...] = ()
    targets: tuple[TargetUse, ...] = ()
    people: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    undecided: tuple[str, str] | None = None


class DecisionTold(_Change, frozen=True, gc=False, tag="decision_told"):
    """What a sale counts for targets by the decision behind its bid, beyond what its price told."""

    nonce: bytes
    targets: tuple[TargetUse, ...] = ()


class Returned(_Change, frozen=True, gc=False, tag="returned"):
    """A lead was given back, and its seller credits it: the caps that it used have as much room again.

    `number` counts credits in the order in which they were committed; each is taken once. The rest is of the sale.
    """

    number: int
    campaign: str
    seller: str
    zip: str
    state: str
    sold_at: float
    uses: tuple[Use, ...] = ()


class CounterDeclared(_Change, frozen=True, gc=False, tag="counter_declared"):
    """A lead meets a cap for the first time in its window, or under another declaration than before.

    `schedule` is that of the campaign whose cap it is, by which its window is paced.
    """

    key: str
    cap: Cap
    schedule: Schedule
    at: float


class UsageRead(_Change, frozen=True, gc=False, tag="usage_read"):
    """What the database counted by now, by counter, and the number of the last credit in it.

    `position` is where the change feed stood then: what is told behind it is not counted yet.
    """

    used: dict[str, int]
    credit: int = 0
    position: str = ""


class ShadowPricesRead(_Change, frozen=True, gc=False, tag="shadow_prices_read"):
    """Where shadow prices stood when they were last kept, by resource: where the next window begins.

    While another replica moves them, also where the open ones stand.
    """

    prices: dict[str, ShadowPrice]


class ReplicasRead(_Change, frozen=True, gc=False, tag="replicas_read"):
    """What all replicas but `run`, which is ours, published by one moment: their live bids count like our own."""

    run: int
    at: float
    others: tuple[Replica, ...] = ()


class RoomDivided(_Change, frozen=True, gc=False, tag="room_divided"):
    """What is ours to promise under caps until we publish again, as we say in this `turn`.

    `apart` is what stays with others, by resource, `left` what a claim of ours leaves to each without one; under caps
    that nobody claims, `share` of the room is ours. Until it is `published` our rights shrink only. In turn 0 they end:
    nobody has heard of us for too long.
    """

    turn: int
    share: float
    apart: dict[str, float] = {}
    left: dict[str, float] = {}
    published: bool = False


class PacingHeld(_Change, frozen=True, gc=False, tag="pacing_held"):
    """Shadow prices are moved here, or by another replica that has them read by all."""

    ours: bool


class TargetDeclared(_Change, frozen=True, gc=False, tag="target_declared"):
    """A lead meets a campaign's target for the first time in its window, or under another declaration than before."""

    key: str
    target: CampaignTarget
    schedule: Schedule
    at: float


class LedgersRead(_Change, frozen=True, gc=False, tag="ledgers_read"):
    """What targets had come to when it was last kept, by what is steered and its part."""

    ledgers: dict[str, dict[str, KeptLedger]]


class DemandSet(_Change, frozen=True, gc=False, tag="demand_set"):
    """A territory says how much it can still work, from `told_at` until `ends_at`; `sold` is what it took by now."""

    territory: str
    demand: Demand
    told_at: float
    ends_at: float
    sold: int = 0


class SignalSet(_Change, frozen=True, gc=False, tag="signal_set"):
    """A timed premium for a territory; one of the same cause replaces the former."""

    territory: str
    signal: Signal


class Requests(_Change, frozen=True, gc=False, tag="requests"):
    """All that operators ask for at present: what is not in here does not hold any more.

    `pauses` are campaigns and sellers, `boosts` campaigns with cents, each with its end where it has one.
    """

    demands: tuple[DemandSet, ...] = ()
    signals: tuple[SignalSet, ...] = ()
    pauses: tuple[tuple[str, float | None], ...] = ()
    boosts: tuple[tuple[str, int, float | None], ...] = ()


class WritesFailed(_Change, frozen=True, gc=False, tag="writes_failed"):
    """No sale could be recorded for `seconds`; 0 where sales can be recorded again."""

    seconds: float


class Suppressed(_Change, frozen=True, gc=False, tag="suppressed"):
    """These people, by digest, may not be bought any more."""

    digests: tuple[str, ...]


class Allowed(_Change, frozen=True, gc=False, tag="allowed"):
    """These people, by digest, may be bought again."""

    digests: tuple[str, ...]


class ListRead(_Change, frozen=True, gc=False, tag="list_read"):
    """The people of a list may not be bought, as of `version`: their digests in sorted parts, eight bytes each."""

    name: str
    version: float
    parts: tuple[bytes, ...]


class ListDropped(_Change, frozen=True, gc=False, tag="list_dropped"):
    """There is no list of this name any more."""

    name: str


class PeopleRead(_Change, frozen=True, gc=False, tag="people_read"):
    """A part of whom the database knows as bought, read in the order of their digests, so that it stays compact."""

    part: SightingPart


class KnownRead(_Change, frozen=True, gc=False, tag="known_read"):
    """A part of what else the database knows. Digests and nonces have eight bytes each; `sales` are few.

    They may come in any order; what is in order is known sooner.
    """

    sales: tuple[KnownSale, ...] = ()
    suppressed: bytes = b""
    leads: bytes = b""
    certificates: bytes = b""


class ClockLeapt(_Change, frozen=True, gc=False, tag="clock_leapt"):
    """The clock was put forward by so many seconds and is `at` now. No bid made before it lives beyond `until`."""

    at: float
    by: int
    until: float


class ClockWasAhead(_Change, frozen=True, gc=False, tag="clock_was_ahead"):
    """The clock of the process before was so far ahead of ours. Its bids had at most `longest_s` to live."""

    by: int
    longest_s: int


class TimePassed(_Change, frozen=True, gc=False, tag="time_passed"):
    """It is `at`: bids expire, live ones are weighed anew, shadow prices move, old windows close.

    What is weighed and moved may be a `part` of so many `parts` of all counters, so that nobody waits for the whole.
    """

    at: float
    part: int = 0
    parts: int = 1


ClockChange = ClockLeapt | ClockWasAhead
CounterChange = CounterDeclared | UsageRead | ShadowPricesRead | ReplicasRead | RoomDivided
TargetChange = TargetDeclared | LedgersRead | DecisionTold
RequestedChange = DemandSet | SignalSet | Requests
KnownChange = Suppressed | Allowed | ListRead | ListDropped | PeopleRead | KnownRead
Change = (
    BidMade
    | Sold
    | Returned
    | TimePassed
    | BidLost
    | BidEnded
    | PostSeen
    | ClockChange
    | CounterChange
    | TargetChange
    | RequestedChange
    | PacingHeld
    | WritesFailed
    | KnownChange
)
