"""What is asked of scrubs: lists of people who sue, who opted out, or whose number another person has now."""

from typing import Literal

import msgspec

ScrubValue = Literal["phone", "email"]
HashKind = Literal["none", "md5", "sha1", "sha256"]
ListCode = Literal["suppressed", "litigator", "duplicate"]
DncScrubCall = Literal["litigator", "dnc", "reassigned"]

NEUTRAL_QUESTIONS = frozenset({"listed", "litigator", "dnc", "reassigned", "answer"})
"""Questions that no seller hears by name: whom we look up, and where, is for nobody to find out by posting."""


class SuppressionListTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is on one of `lists` is refused with `code`. `hashed` says in which form the lists hold their values."""

    lists: tuple[str, ...] = ()
    values: tuple[ScrubValue, ...] = ("phone", "email")
    hashed: HashKind = "none"
    code: ListCode = "suppressed"


class BlacklistAllianceTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`accept` are codes of lists that refuse nobody: by default those of do-not-call registers, which consent answers.

    A code ends with "*" where it stands for all that begin so, and begins with it where for all that end so.
    """

    accept: tuple[str, ...] = ("*-dnc",)


class DncScrubTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which of its three calls is made, and which result codes of `dnc` refuse. `project` is one of the account's."""

    ask: DncScrubCall = "litigator"
    refuse_codes: tuple[str, ...] = ("D", "P")
    project: str = ""
