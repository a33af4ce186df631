"""Counts lines of the journal: the only place that says what each kind of line adds to a tally."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from app.domain.auction.weighing import Offer
from app.domain.reasons import Refusal
from app.journal.lines import NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.shadow import Shadow, ShadowBid
from app.journal.summary import BidFacts, PingSummary, ShadowBidFacts, ShadowFacts
from app.reports.tally import (
    QUARTER_S,
    CampaignTrade,
    Flow,
    JournalTally,
    LegTrade,
    SellerTrade,
    Share,
    SideTrade,
    TrialTrade,
    VerticalTrade,
    score_step,
)

K = TypeVar("K", int, float, str)
V = TypeVar("V")

_CERTIFICATES = ("trustedform", "leadid")


class LineCounter:
    """A tally in the making; it reads whole pings and summaries alike."""

    def __init__(self) -> None:
        self.tally = JournalTally()
        self._posted: set[str] = set()

    def ping(self, line: PingLine | PingSummary) -> None:
        """A ping that was decided: one bid or more, or its one reason why not."""
        ping, decision = line.ping, line.decision
        flow, seller = self._line(line.at), self._seller(line.seller)
        if ping.test:
            seller.test_pings += 1
            return
        refusal = line.withdrawn or decision.refusal
        is_bid = refusal is None
        for share in (
            flow,
            seller,
            seller.sources.of(ping.sub_id),
            _of(self.tally.states, ping.state, Share),
            self._vertical(ping.vertical, refusal, line.at),
        ):
            share.pings += 1
            share.bids += is_bid
        _count(seller.ping_ms, _rounded(line.took_ms))
        if line.shadow is not None and line.withdrawn is None:
            trade = _of(self.tally.verticals, ping.vertical, VerticalTrade)
            _tried(_of(trade.trials, f"{line.model}/{line.shadow.model}", TrialTrade), decision.bids, line.shadow)
        if refusal is not None:
            _count(seller.no_bids, refusal.code)
            return
        seller.bid_cents += decision.bids[0].price_cents
        for campaign in dict.fromkeys([bid.campaign for bid in decision.bids]):
            _of(self.tally.campaigns, campaign, CampaignTrade).pings += 1
        score = decision.bids[0].valuation
        if score is not None and not score.expected:
            scores = _of(self.tally.verticals, ping.vertical, VerticalTrade).scores
            _count(scores.setdefault(line.model, {}), score_step(score.probability))
        for bid in decision.bids:
            _count(self._leg(bid.campaign, bid.leg).bid_cents, bid.price_cents)

    def repeat(self, line: RepeatLine) -> None:
        """A ping that was answered before."""
        self._line(line.at).repeats += not line.test
        self._seller(line.seller).ping_repeats += not line.test

    def refused(self, line: RefusedLine) -> None:
        """A ping that was refused before its vertical was known."""
        flow, seller = self._line(line.at), self._seller(line.seller)
        if line.test:
            seller.test_pings += line.count
            return
        flow.pings += line.count
        seller.pings += line.count
        _count(seller.no_bids, line.refusal.code, line.count)

    def post(self, line: PostLine) -> None:
        """A post: a lead bought, or why not."""
        flow, seller = self._line(line.at), self._seller(line.seller)
        if line.test:
            seller.test_posts += line.count
        elif line.kept:
            seller.post_repeats += 1
        else:
            seller.posts += line.count
            if line.seller:
                _count(seller.post_ms, _rounded(line.took_ms))
            _count(seller.answers, f"{line.status}/{line.reason_code}", line.count)
            self._won(line, seller)
            if line.status == "accepted":
                self._bought(line, flow, seller)
            else:
                _refused(seller, line)

    def _won(self, line: PostLine, seller: SellerTrade) -> None:
        """A bid is won by its first post; only a bid of ours has a campaign."""
        if not line.campaign or line.ping_id in self._posted:
            return
        self._posted.add(line.ping_id)
        seller.won += 1
        self._leg(line.campaign, line.leg).won += 1
        for share in self._shares(line, seller):
            share.won += 1

    def _shares(self, line: PostLine, seller: SellerTrade) -> tuple[Share, ...]:
        """The parts of the trade that a post belongs to."""
        return (
            _of(self.tally.verticals, line.vertical, VerticalTrade).share,
            _of(self.tally.states, line.state, Share),
            seller.sources.of(line.sub_id),
        )

    def notice(self, line: NoticeLine) -> None:
        """What a seller said became of a bid."""
        self._line(line.at)
        if line.result == "lost" and not line.test:
            self._seller(line.seller).lost += 1

    def retain(self, line: RetainLine) -> None:
        """What became of a certificate after its sale, which is no trade."""
        self._line(line.at)

    def unread(self) -> None:
        """What is no line."""
        self.tally.unread_lines += 1

    def _bought(self, line: PostLine, flow: Flow, seller: SellerTrade) -> None:
        flow.leads += 1
        seller.accepted += 1
        seller.spend_cents += line.price_cents
        _count(self._leg(line.campaign, line.leg).paid_cents, line.price_cents)
        for share in self._shares(line, seller):
            share.leads += 1
            share.spend_cents += line.price_cents

    def _line(self, at: float) -> Flow:
        """The quarter of an hour in which one line more was written."""
        flow = _of(self.tally.quarters, _quarter(at), Flow)
        flow.lines += 1
        return flow

    def _seller(self, name: str) -> SellerTrade:
        return _of(self.tally.sellers, name, SellerTrade)

    def _vertical(self, name: str, refusal: Refusal | None, at: float) -> Share:
        if refusal is not None and refusal.code == "unsupported_vertical":
            # It is the seller's own word, of which there may be any number.
            return self.tally.unsupported.of(name)
        vertical = _of(self.tally.verticals, name, VerticalTrade)
        _count(vertical.quarters, _quarter(at))
        return vertical.share

    def _leg(self, campaign: str, leg: str) -> LegTrade:
        return _of(_of(self.tally.campaigns, campaign, CampaignTrade).legs, leg, LegTrade)


def _tried(trial: TrialTrade, bids: Sequence[Offer | BidFacts], shadow: Shadow | ShadowFacts) -> None:
    """One ping more that both models of a trial have seen."""
    trial.pings += 1
    trial.faults += bool(shadow.fault)
    unsent = () if shadow.fault else shadow.bids
    _bid(trial.decided, bids)
    _bid(trial.shadowed, unsent)
    if bids and unsent:
        trial.both += 1
        trial.decided.both_cents += max([bid.price_cents for bid in bids])
        trial.shadowed.both_cents += max([bid.price_cents for bid in unsent])


def _bid(side: SideTrade, bids: Sequence[Offer | BidFacts | ShadowBid | ShadowBidFacts]) -> None:
    if bids:
        side.bids += 1
        side.cents += max([bid.price_cents for bid in bids])
        side.surplus_millicents += round(1_000.0 * max([bid.surplus for bid in bids]))


def _refused(seller: SellerTrade, line: PostLine) -> None:
    if line.reason_code == "ping_mismatch" and line.detail:
        for field in line.detail.split(", "):
            _count(seller.mismatched, field)
    seller.certificate_failures += _is_of_certificate(Refusal(line.reason_code, line.detail))


def _is_of_certificate(refusal: Refusal) -> bool:
    """Whether it is a certificate that was wrong, and not the consent that it proves."""
    if refusal.code.startswith("consent_"):
        return any(kind in refusal.detail for kind in _CERTIFICATES)
    return refusal.code.startswith("certificate_")


def _quarter(at: float) -> int:
    return int(at // QUARTER_S)


@lru_cache(maxsize=4_096)
def _rounded(ms: float) -> float:
    return float(f"{ms:.2g}")


def _count(counts: dict[K, int], key: K, by: int = 1) -> None:
    counts[key] = counts.get(key, 0) + by


def _of(parts: dict[K, V], key: K, kind: Callable[[], V]) -> V:
    """The part of this key, a new one where it is the first of it."""
    part = parts.get(key)
    if part is None:
        part = parts[key] = kind()
    return part
