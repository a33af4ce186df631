"""A decision beside the one that the same ping gets with other terms: what changed, term by term."""

from collections.abc import Iterable, Iterator

import msgspec

from app.domain.auction.decide import Decision
from app.domain.money import money
from app.reports.pings.decision import LegDecision, refusal_words
from app.reports.pings.derivation import Sign


class ChangedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked to be otherwise, as it was and as it is taken to be."""

    name: str
    was: str
    becomes: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """One of the decisions that are compared: under which configuration and model, and what it says."""

    config: str
    model: str
    says: str
    legs: tuple[LegDecision, ...]


class ComparedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """One term of both derivations; empty on the side that lacks it."""

    sign: Sign
    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


class ComparedLeg(msgspec.Struct, frozen=True, kw_only=True):
    """What one campaign says on one leg, before and after; with the terms where either side has any."""

    campaign: str
    leg: str
    before: str
    after: str
    terms: tuple[ComparedTerm, ...]


class ChangedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The ping `id` decided with `changes`. Nothing of it was sent, stored or counted.

    `recorded` is what was decided then; `before` the same ping unchanged, and `after` the changed one, both decided by
    the configuration and models in force. `notes` say what was taken for granted.
    """

    id: str
    at: float
    zone: str
    seller: str
    changes: tuple[ChangedTerm, ...]
    notes: tuple[str, ...]
    recorded: str
    before: Decided
    after: Decided
    legs: tuple[ComparedLeg, ...]


def decision_words(decision: Decision) -> str:
    """What a decision comes to, in a line."""
    if not decision.bids:
        return f"no bid: {refusal_words(decision.refusal)}"
    return "; ".join([f"bid {money(each.price_cents)}, {each.leg}, for {each.campaign}" for each in decision.bids])


def compared(before: Iterable[LegDecision], after: Iterable[LegDecision]) -> tuple[ComparedLeg, ...]:
    """Both sides by campaign and leg. Where a campaign refused all legs on one side, that stands beside each."""
    olds, news = _by_leg(before), _by_leg(after)
    names = list(dict.fromkeys([*olds, *news]))
    split = {campaign for campaign, leg in names if leg}
    wanted = [(campaign, leg) for campaign, leg in names if leg or campaign not in split]
    return tuple([_compared_leg(*name, _side(olds, *name), _side(news, *name)) for name in wanted])


def what_if_text(shown: ChangedDecision) -> str:
    """The comparison as a command prints it."""
    return "\n".join(_text(shown))


def _text(shown: ChangedDecision) -> Iterator[str]:
    yield f"ping {shown.id} from {shown.seller}, decided again with"
    yield from (f"  {each.name}: {each.becomes} instead of {each.was or 'nothing'}" for each in shown.changes)
    yield ""
    yield f"as recorded        {shown.recorded}"
    yield f"unchanged, now     {shown.before.says}"
    yield f"changed, now       {shown.after.says}"
    for leg in shown.legs:
        yield ""
        yield f"{leg.campaign}{', ' if leg.leg else ''}{leg.leg}"
        yield f"    {'':34} {leg.before:<36} {leg.after}".rstrip()
        for term in leg.terms:
            mark = "*" if term.differs else " "
            yield f"  {mark} {term.sign:1} {term.name[:31]:<32} {term.before[:36]:<36} {term.after}".rstrip()
    if shown.notes:
        yield ""
        yield from shown.notes


def _by_leg(legs: Iterable[LegDecision]) -> dict[tuple[str, str], LegDecision]:
    return {(each.campaign, each.leg): each for each in legs}


def _side(legs: dict[tuple[str, str], LegDecision], campaign: str, leg: str) -> LegDecision | None:
    return legs.get((campaign, leg)) or legs.get((campaign, ""))


def _compared_leg(campaign: str, leg: str, old: LegDecision | None, new: LegDecision | None) -> ComparedLeg:
    return ComparedLeg(
        campaign=campaign, leg=leg, before=_leg_words(old), after=_leg_words(new), terms=tuple(_terms(old, new))
    )


def _leg_words(leg: LegDecision | None) -> str:
    if leg is None:
        return "does not buy there"
    if leg.price_cents is None:
        return f"{leg.why} [{leg.reason_code}]"
    return f"{'bid' if leg.result == 'bid' else 'outbid with'} {money(leg.price_cents)}"


def _terms(old: LegDecision | None, new: LegDecision | None) -> Iterator[ComparedTerm]:
    """The terms of both sides, each where it stands on the side that has it."""
    olds = {(each.name): each for each in (old.terms if old is not None else ())}
    news = {(each.name): each for each in (new.terms if new is not None else ())}
    order = list(news or olds)
    for position, name in enumerate(olds):
        if name not in news and news:
            order.insert(min(position, len(order)), name)
    for name in order:
        sign = (news.get(name) or olds[name]).sign
        before, after = olds.get(name), news.get(name)
        yield ComparedTerm(
            sign=sign,
            name=name,
            before=before.said if before is not None else "",
            after=after.said if after is not None else "",
        )
