"""Verdicts of providers on a lead: each question passes, fails or stays unknown, and says what unknown means."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from app.domain.checks.scrubs import NEUTRAL_QUESTIONS
from app.domain.reasons import REASONS, Refusal
from app.wire.ping import Value

CheckOutcome = Literal["pass", "fail", "unknown"]
OnUnknown = Literal["accept", "refuse"]


class CheckVerdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one question. A lead that fails it is refused with `code`; `detail` holds nothing of the lead.

    One that it stays unknown for is refused as `unverified` where `on_unknown` says so, which is not final, since the
    answer may come the next time; else a bid for it is cut by the share `price_cut`. So is one for a lead that passes
    with a reservation. `note` is for the buyer alone: no seller hears it.
    """

    question: str
    outcome: CheckOutcome
    on_unknown: OnUnknown = "refuse"
    code: str = "consent_invalid"
    detail: str = ""
    price_cut: float = 0.0
    note: str = ""

    def __post_init__(self) -> None:
        if self.code not in REASONS:
            raise ValueError(f"question `{self.question}`: `{self.code}` is not a reason code")


class Consultation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one check made of one lead, for how much (thousandths of a cent) and in what time.

    It speaks of the leads of these `campaigns`; of all where there are none. `facts` are of every one of them.
    """

    check: str
    verdicts: tuple[CheckVerdict, ...]
    campaigns: tuple[str, ...] = ()
    millicents: int = 0
    took_ms: float = 0.0
    facts: dict[str, Value] = {}


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal for want of an answer: nothing speaks against the post, and it may be posted again."""

    refusal: Refusal


def failures(consultations: Iterable[Consultation]) -> list[Refusal]:
    """What the failed questions refuse with."""
    return [Refusal(each.code, each.detail) for each in _verdicts(consultations) if each.outcome == "fail"]


def unsettled(consultations: Iterable[Consultation]) -> Unsettled | None:
    """The first required question without an answer."""
    for verdict in _verdicts(consultations):
        if verdict.outcome == "unknown" and verdict.on_unknown == "refuse":
            named = "" if verdict.question in NEUTRAL_QUESTIONS else verdict.question
            return Unsettled(refusal=Refusal("unverified", named))
    return None


def has_opted_out(consultations: Iterable[Consultation]) -> bool:
    """Whether a provider knows this person to have opted out for good.

    What a scrub's list holds is not meant: the list is the truth, is asked each time, and may drop a person again.
    """
    return any(
        each.outcome == "fail" and each.code == "suppressed" and each.question not in NEUTRAL_QUESTIONS
        for each in _verdicts(consultations)
    )


def about(campaign: str, consultations: Iterable[Consultation]) -> tuple[Consultation, ...]:
    """Those that speak of this campaign's leads."""
    return tuple([each for each in consultations if not each.campaigns or campaign in each.campaigns])


def price_cut(consultations: Iterable[Consultation]) -> float:
    """The largest share that an open question or a reservation takes off a bid."""
    cuts = [each.price_cut for each in _verdicts(consultations) if each.outcome != "fail"]
    return max(cuts, default=0.0)


def _verdicts(consultations: Iterable[Consultation]) -> list[CheckVerdict]:
    return [verdict for each in consultations for verdict in each.verdicts]
