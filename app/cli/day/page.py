"""One business day as a page."""

from app.cli.day import plots_by_hour, plots_by_size, words
from app.domain.reasons import REASONS, Refusal, sentence
from app.pages.document import document
from app.reports.day.story import Story

SHOWN = 8
"""How many campaigns, reasons or pushes have plots, the largest; the tables have all."""


def page(story: Story) -> str:
    """The whole page; the same story gives the same text. The template has the subjects in the order of reading."""
    return document(
        "app/cli/day/page.html",
        story=story,
        total=story.total,
        pings=sum(story.pings),
        bought=[day for day in story.campaigns if day.trade.leads][:SHOWN],
        bidding=[day for day in story.campaigns[:SHOWN] if day.price.count],
        pushes=story.pushes[:SHOWN],
        reasons=dict(list(story.reasons.items())[:SHOWN]),
        meaning=_meaning,
        by_hour=plots_by_hour,
        by_size=plots_by_size,
        words=words,
    )


def _meaning(code: str) -> str:
    return sentence(Refusal(code)) if code in REASONS else ""
