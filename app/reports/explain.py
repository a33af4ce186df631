"""Explains each line of the journal in words: how a bid was computed in dollars, or why there was none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from app.domain.auction.weighing import CampaignRefusal, Offer
from app.domain.calendar import utc_text
from app.domain.checks.verdict import CheckVerdict, Consultation
from app.domain.money import money
from app.domain.reasons import REASONS, Refusal, sentence
from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.shadow import Shadow
from app.reports.fold import fold
from app.reports.pings.derivation import FALLBACK, derivation
from app.reports.pings.lines import LinesOfPing
from app.scoring.contributions import Contributions
from app.wire.ping import Value

_NAME_WIDTH = 32


Contributed = Callable[[PingLine], Contributions | str]
"""What the facts of a ping add to its probability, or why that cannot be said."""

SHOWN = 12
"""So many fields are shown, those that add or take most; the others together."""


def explain(lines: Iterable[AnyLine], contributed: Contributed | None = None) -> str:
    """The lines of one ping as text, for a reader who knows the business and not the code."""
    explanation = _Explanation(contributed)
    fold(lines, explanation)
    return "\n".join(explanation.texts)


class ExplainedBid(msgspec.Struct, frozen=True, kw_only=True):
    """One bid as it was sent. `value_cents` is what the lead was worth to us, `highest_cents` the most that buying it
    may cost before it loses money; both are absent of a fixed price.
    """

    campaign: str
    leg: str
    price_cents: int
    win_probability: float
    value_cents: float | None = None
    highest_cents: float | None = None


class ExplainedPing(msgspec.Struct, frozen=True, kw_only=True):
    """The text for people, with what was decided of the ping last; `reason` is why there was no bid."""

    text: str
    bids: tuple[ExplainedBid, ...] = ()
    reason: str = ""


def explained_ping(lines: Sequence[AnyLine], contributed: Contributed | None = None) -> ExplainedPing:
    """The lines of one ping, for people and for programs."""
    line = LinesOfPing(lines).decision
    if line is None:
        return ExplainedPing(text=explain(lines, contributed))
    refusal = line.withdrawn or line.decision.refusal
    return ExplainedPing(
        text=explain(lines, contributed),
        bids=() if refusal is not None else tuple(map(_explained_bid, line.decision.bids)),
        reason=refusal.code if refusal is not None else "",
    )


def _explained_bid(offer: Offer) -> ExplainedBid:
    return ExplainedBid(
        campaign=offer.campaign,
        leg=offer.leg,
        price_cents=offer.price_cents,
        win_probability=offer.win_probability,
        value_cents=None if offer.valuation is None else offer.valuation.value,
        highest_cents=None if offer.quote is None else offer.quote.bid_value,
    )


class _Explanation:
    """Collects the text, line by line."""

    def __init__(self, contributed: Contributed | None) -> None:
        self.texts: list[str] = []
        self._contributed = contributed

    def ping(self, line: PingLine) -> None:
        self.texts += _ping(line, utc_text(line.at))
        if self._contributed is not None and line.decision.bids and line.model:
            self.texts += _contributions(self._contributed(line), line.ping.fields)

    def refused(self, line: RefusedLine) -> None:
        what = f"ping {line.id}" if line.count == 1 else f"{line.count} pings"
        self.texts += [
            f"{utc_text(line.at)}  {what} from {line.seller}",
            f"  refused before it was decided: {_why(line.refusal)}",
        ]

    def repeat(self, line: RepeatLine) -> None:
        self.texts.append(f"{utc_text(line.at)}  repeated ping, answered with the bid of {line.repeat_of}")

    def post(self, line: PostLine) -> None:
        self.texts += [_post(line, utc_text(line.at)), *_consulted(line.consultations)]

    def retain(self, line: RetainLine) -> None:
        words = {"stored": "stored", "late": "not stored yet, and soon too late", "lost": "lost: it was never stored"}
        told = words.get(line.result, line.result)
        self.texts.append(f"{utc_text(line.at)}  certificate of lead {line.lead_id}: {told} ({line.check})")

    def notice(self, line: NoticeLine) -> None:
        price = f" at {money(line.price_cents)}" if line.price_cents is not None else ""
        self.texts.append(f"{utc_text(line.at)}  {line.seller} reported the bid {line.result}{price}")


def _ping(line: PingLine, when: str) -> Iterator[str]:
    ping, decision = line.ping, line.decision
    test = " (test)" if ping.test else ""
    yield f"{when}  ping {line.id} from {line.seller}: {ping.vertical}, ZIP {ping.zip} {ping.state}{test}"
    yield f"  configuration {line.config}, model {line.model or 'none'}"
    if line.withdrawn is not None:
        yield f"  no bid: {_why(line.withdrawn)}; without this the answer would have been:"
    yield from _consulted(line.known.consultations)
    if decision.refusal is not None:
        yield f"  no bid: {_why(decision.refusal)}"
    for offer in decision.bids:
        yield from _bid(offer)
    yield from _rest(decision.outbid, decision.refused)
    if line.shadow is not None:
        yield ""
        yield f"  {shadow_words(line.shadow)}"


def _consulted(consultations: Iterable[Consultation]) -> Iterator[str]:
    """What each provider said, in what time and for how much."""
    for each in consultations:
        said = ", ".join(map(_verdict, each.verdicts))
        cost = f"${each.millicents / 100_000:.5f}".rstrip("0").rstrip(".") if each.millicents else "nothing"
        facts = "".join(f", {name} = {value}" for name, value in each.facts.items())
        yield f"  check {each.check}: {said}{facts} (cost {cost}, {each.took_ms:g} ms)"


def _verdict(verdict: CheckVerdict) -> str:
    cut = f", bid cut by {verdict.price_cut:.0%}" if verdict.price_cut else ""
    why = f" [{verdict.code}]" if verdict.outcome == "fail" else ""
    told = verdict.detail or verdict.note
    detail = f" ({told})" if told else ""
    return f"{verdict.question} {verdict.outcome}{why}{detail}{cut}"


def _contributions(found: Contributions | str, fields: Mapping[str, Value]) -> Iterator[str]:
    """What each field adds to the log-odds of a conversion."""
    yield ""
    if isinstance(found, str):
        yield f"  what its fields add is not shown: {found}"
        return
    yield "  what its fields add to the log-odds of a conversion, compared with usual leads"
    yield _row(" ", "a usual lead", f"{found.usual:+.3f}")
    largest = found.largest_first
    for name, added in largest[:SHOWN]:
        told = f"{name} {fields[name]}" if name in fields else name
        yield _row("+" if added > 0.0 else "-", told[:_NAME_WIDTH], f"{abs(added):.3f}")
    if rest := largest[SHOWN:]:
        yield _row("+", f"{len(rest)} other fields", f"{sum(added for _, added in rest):.3f}")
    yield _row("=", "log-odds", f"{found.score:+.3f} (calibrated: {found.probability:.4f})")


def shadow_words(shadow: Shadow) -> str:
    """What the other model of a trial decided; it was not sent."""
    name = f"shadow model {shadow.model or 'none'}"
    if shadow.fault:
        return f"{name} failed: {shadow.fault}"
    if shadow.refusal is not None:
        return f"{name} would have made no bid: {_why(shadow.refusal)}"
    bids = [f"{money(bid.price_cents)}, {bid.leg}, for {bid.campaign}" for bid in shadow.bids]
    return f"{name} would have bid {'; '.join(bids)}"


def _bid(offer: Offer) -> Iterator[str]:
    yield ""
    yield f"  bid {money(offer.price_cents)}, {offer.leg}, for {offer.campaign} ({offer.brand})"
    terms = derivation(offer)
    if not terms:
        yield f"    {FALLBACK}"
    for term in terms:
        yield _row(term.sign, term.name, term.said)


def _rest(outbid: tuple[Offer, ...], refused: tuple[CampaignRefusal, ...]) -> Iterator[str]:
    if outbid or refused:
        yield ""
    for offer in outbid:
        yield f"  {offer.campaign}, {offer.leg}, would have bid {money(offer.price_cents)}, for less surplus"
    for refusal in refused:
        leg = f", {refusal.leg}" if refusal.leg else ""
        yield f"  {refusal.campaign}{leg}: {_why(refusal.refusal)}"
        valuation = refusal.valuation
        if valuation is not None:
            yield f"    lead value {money(valuation.value)}, maximum bid {money(valuation.bid_value)}"
        if refusal.points:
            yield f"    only allowed: {', '.join(map(money, refusal.points))}; {_none_of(refusal)}"


def _none_of(refusal: CampaignRefusal) -> str:
    """Why none of the prices that were allowed could be bid."""
    most = refusal.valuation.bid_value if refusal.valuation is not None else 0.0
    if refusal.points[0] >= most:
        return "each is above the maximum bid"
    return "each is above the maximum bid or the ceiling, or below the floor or the seller's minimum"


def _post(line: PostLine, when: str) -> str:
    kept = " (same answer as before)" if line.kept else ""
    if line.status == "accepted":
        return f"{when}  post accepted: bought as lead {line.lead_id} for {money(line.price_cents)}{kept}"
    why = f": {_why(Refusal(line.reason_code, line.detail))}" if line.reason_code in REASONS else ""
    return f"{when}  post answered {line.status}{kept}{why}"


def _why(refusal: Refusal) -> str:
    return f"{sentence(refusal)} [{refusal.code}]"


def _row(sign: str, name: str, value: str) -> str:
    return f"    {sign:1} {name:<{_NAME_WIDTH}} {value}"
