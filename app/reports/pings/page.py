"""One ping from its decision to its outcome, as a page and its JSON show it; nothing of the person."""

from collections.abc import Iterable

import msgspec

from app.domain.reasons import sentence
from app.journal.lines import AnyLine
from app.reports.explain import shadow_words
from app.reports.people.lead_story import LeadStory, StoryEvent, lead_stories, timeline
from app.reports.pings.decision import Backing, PingDecision, ping_decision
from app.reports.pings.lines import LinesOfPing
from app.store.people.records import LeadRecord


class PingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`decision` is the newest; none where the ping was refused before it was decided, or its line is gone.

    `refused_early` says why then. `earlier` are decisions of the same lead before, by the id of their lines, `repeats`
    how often the bid was given again. `story` tells what is known of the lead, `events` in order. `has_person` where
    who it is of can still be shown to whoever may see it, `evidence` the kinds of proof that are kept.
    """

    id: str
    decision: PingDecision | None = None
    refused_early: str = ""
    earlier: tuple[str, ...] = ()
    repeats: int = 0
    story: LeadStory | None = None
    events: tuple[StoryEvent, ...] = ()
    has_person: bool = False
    evidence: tuple[str, ...] = ()
    note: str = ""


def ping_page(
    name: str, lines: Iterable[AnyLine], record: LeadRecord | None, backing: Backing | None, note: str = ""
) -> PingPage:
    """The page of what is called `name`: of these lines and, where it was bought, this record."""
    every = [*lines]
    sorted_lines = LinesOfPing(every)
    line = sorted_lines.decision
    story = next(iter(lead_stories([record] if record is not None else [], every)), None)
    refused = sorted_lines.refusals[-1] if sorted_lines.refusals and line is None else None
    shadow = shadow_words(line.shadow) if line is not None and line.shadow is not None else ""
    return PingPage(
        id=line.id if line is not None else name,
        decision=ping_decision(line, backing, shadow) if line is not None and backing is not None else None,
        refused_early=f"{sentence(refused.refusal)} [{refused.refusal.code}]" if refused is not None else "",
        earlier=tuple([each.id for each in reversed(sorted_lines.pings[:-1])]),
        repeats=len(sorted_lines.repeats),
        story=story,
        events=timeline(story, record) if story is not None else (),
        has_person=record is not None and bool(record.lead.identity),
        evidence=tuple([kind for kind, _ in record.lead.evidence]) if record is not None else (),
        note=note,
    )
