"""One business day as a page."""

from app.cli.day import sections
from app.cli.day.words import date
from app.pages.document import document
from app.pages.html import each, money, percent
from app.reports.day.story import Story


def page(story: Story) -> str:
    """The whole page; the same story gives the same text."""
    total, pings = story.total, sum(story.pings)
    return document(
        tab=f"A day of bidding: {date(story)}",
        title=date(story),
        introduction=f"One day of bidding for leads. Times are local to {story.zone}.",
        tiles=(
            ("Pings", f"{pings:,}", "offered by sellers"),
            ("Bids", f"{total.bids:,}", f"on {percent(total.bids, pings)} of pings"),
            ("Leads bought", f"{total.leads:,}", f"{percent(total.leads, total.bids)} of bids"),
            ("Spend", money(total.spend_cents), ""),
            ("Cost per lead", each(total.spend_cents, total.leads), ""),
            ("Conversions", f"{total.conversions:,}", f"{percent(total.conversions, total.leads)} of leads"),
            ("Cost per conversion", each(total.spend_cents, total.conversions), ""),
            ("Profit", money(total.profit_cents), f"of {money(total.value_cents)} in conversions"),
        ),
        sections=[section(story) for section in sections.ALL],
    )
