"""Checks of a post by others, such as providers: each passes, fails or stays unknown, and says what unknown means."""

from typing import Literal

import msgspec

from app.domain.reasons import REASONS, Refusal

CheckOutcome = Literal["pass", "fail", "unknown"]


class PostCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One question. A post that fails it is refused with `code`, and so is one that it stays unknown for, where
    `on_unknown` says so: but that refusal is not final, since the answer may come the next time.
    """

    name: str
    code: str
    on_unknown: Literal["accept", "refuse"]

    def __post_init__(self) -> None:
        if self.code not in REASONS:
            raise ValueError(f"check `{self.name}`: `{self.code}` is not a reason code")


class CheckVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one post. `detail` says what was found, in words that hold nothing of the lead."""

    check: PostCheck
    outcome: CheckOutcome
    detail: str = ""


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal for want of an answer: nothing speaks against the post, and it may be posted again."""

    refusal: Refusal


def failures(verdicts: tuple[CheckVerdict, ...]) -> list[Refusal]:
    """What the failed checks refuse with."""
    return [Refusal(verdict.check.code, verdict.detail) for verdict in verdicts if verdict.outcome == "fail"]


def unsettled(verdicts: tuple[CheckVerdict, ...]) -> Unsettled | None:
    """The first required check without an answer."""
    for verdict in verdicts:
        if verdict.outcome == "unknown" and verdict.check.on_unknown == "refuse":
            return Unsettled(refusal=Refusal(verdict.check.code, f"{verdict.check.name} could not be checked"))
    return None
