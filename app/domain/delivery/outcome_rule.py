"""Outcome rules: how a CRM's answer is read as delivered, rejected or retry, since a 2xx alone is not success."""

import re
from typing import Literal

import msgspec

from app.domain.delivery.pattern import PatternError, pattern_of
from app.wire.ping import Value

DeliveryOutcome = Literal["delivered", "duplicate", "rejected", "retry"]

_STATUS = re.compile(r"[1-5]\d\d|[1-5]xx|[1-5]\d\d-[1-5]\d\d")


class Pick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place in an answer: a path of its JSON (`data.0.id`) or XML (`Results.Result@code`), a header, or what a
    regular expression finds in its text (the first group, else the whole match)."""

    json: str = ""
    xml: str = ""
    header: str = ""
    regex: str = ""

    def __post_init__(self) -> None:
        if len([place for place in (self.json, self.xml, self.header, self.regex) if place]) > 1:
            raise ValueError("name one of `json`, `xml`, `header` and `regex`")
        try:
            pattern_of(self.regex)
        except PatternError as error:
            raise ValueError(f"`regex` cannot be used: {error}") from None

    @property
    def place(self) -> str:
        """The place in words, for a note; empty where it is the whole text."""
        named = (("json", self.json), ("xml", self.xml), ("header", self.header), ("regex", self.regex))
        return next((f"{kind} `{path}`" for kind, path in named if path), "")


class When(Pick, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer must look like. `status` is as 204, "2xx" or "400-499".

    With no place named, `equals` and `contains` look at the whole text; a place without either must merely be there.
    Letter case does not count.
    """

    status: int | str = ""
    equals: Value | None = None
    contains: str = ""

    def __post_init__(self) -> None:
        Pick.__post_init__(self)
        if self.status != "" and not _STATUS.fullmatch(str(self.status)):
            raise ValueError(f'`status` is {self.status!r}: write it as 204, "2xx" or "400-499"')
        if self.status == "" and not self.place and self.equals is None and not self.contains:
            raise ValueError("a rule without a condition would hold for every answer: say at least a `status`")


class OutcomeRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first rule that holds decides. `reason` is where the CRM explains itself; `note` is our own explanation.

    `crm_id` is where an answer of this kind names the CRM's record, if not where the others do.
    """

    when: When
    then: DeliveryOutcome
    reason: Pick | None = None
    note: str = ""
    crm_id: Pick | None = None
