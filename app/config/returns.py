"""Builds what a seller takes back and what it is told: rules name outcomes, destinations and forms that there are."""

from collections.abc import Collection
from typing import cast, get_args

from app.config.file.problem import Findings, KeyPath, did_you_mean
from app.config.schema import FeedbackTable, ReturnsTable, SellerTable
from app.domain.returns.feedback_wish import FeedbackWish
from app.domain.returns.policy import ReturnPolicy
from app.platforms.known import PLATFORMS
from app.wire.feedback import OutcomeKind
from app.wire.returns import ReturnReason

_OUTCOMES: tuple[str, ...] = get_args(OutcomeKind)
_WORDS: tuple[str, ...] = (*get_args(ReturnReason), *_OUTCOMES)
FORMS = {name: each.feedback for name, each in PLATFORMS.items() if each.feedback is not None}
"""The platforms that say how they are told of returns and dispositions."""


def build_returns(table: ReturnsTable, at: KeyPath, findings: Findings) -> ReturnPolicy:
    """What a seller takes back."""
    reasons = tuple(dict.fromkeys(table.reasons)) or get_args(ReturnReason)
    for word, reason in table.by_outcome.items():
        if word not in _OUTCOMES:
            findings.error((*at, "by_outcome", word), f"there is no outcome `{word}`", did_you_mean(word, _OUTCOMES))
        if reason not in reasons:
            remedy = f"allow it in `reasons`, or use one of {', '.join(reasons)}"
            findings.error((*at, "by_outcome", word), f"it takes no lead back for `{reason}`", remedy)
    if not table.window:
        findings.error((*at, "window"), "it is zero: nothing could be returned", 'write a span, as "30 days"')
    return ReturnPolicy(
        window_s=table.window,
        reasons=reasons,
        by_outcome={cast(OutcomeKind, word): reason for word, reason in table.by_outcome.items()},
        answer_s=table.answer_within or 0.0,
        unanswered=table.unanswered,
    )


def build_feedback(table: FeedbackTable | None, at: KeyPath, findings: Findings) -> FeedbackWish | None:
    """What a seller is told."""
    if table is None:
        return None
    form = FORMS.get(table.form)
    if table.form and form is None:
        remedy = did_you_mean(table.form, list(FORMS)) or f"use one of {', '.join(sorted(FORMS))}"
        findings.error((*at, "form"), f"no platform `{table.form}` says how it is told", remedy)
    for event in table.events:
        if form is not None and event not in form.events:
            remedy = f"it takes {', '.join(form.events)}"
            findings.error((*at, "events"), f"{table.form} cannot be told of `{event}`", remedy)
    for word in table.codes:
        if word not in _WORDS:
            remedy = did_you_mean(word, _WORDS) or "name a reason of a return, or an outcome"
            findings.error((*at, "codes", word), f"there is no `{word}`", remedy)
    return FeedbackWish(
        destination=table.destination,
        events=tuple(dict.fromkeys(table.events)),
        form=table.form,
        codes={**(form.codes if form is not None else {}), **table.codes},
    )


def check_feedback_destinations(tables: tuple[SellerTable, ...], names: Collection[str], findings: Findings) -> None:
    """Report where a seller is told at a destination that there is not."""
    for table in tables:
        if table.feedback is not None and table.feedback.destination not in names:
            name = table.feedback.destination
            remedy = did_you_mean(name, list(names)) or "declare it with [[destinations]]"
            findings.error((*table.at, "feedback", "destination"), f"there is no destination `{name}`", remedy)
