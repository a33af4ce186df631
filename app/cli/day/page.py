"""One business day as one HTML file that needs nothing from elsewhere: on a desk or a phone, light, dark or printed."""

from html import escape
from pathlib import Path

from app.cli.day import sections
from app.cli.day.html import each, money, percent
from app.cli.day.story import Story
from app.cli.day.words import date

_STYLE = Path(__file__).with_name("page.css")


def page(story: Story) -> str:
    """The whole page; the same story gives the same text."""
    return "".join(
        [
            "<!doctype html><html lang=en><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width, initial-scale=1'>",
            "<meta http-equiv=Content-Security-Policy",
            """ content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">""",
            f"<title>A day of bidding: {escape(date(story))}</title><link rel=icon href='data:,'>",
            f"<style>{_STYLE.read_text(encoding='utf-8')}</style>",
            _header(story),
            "<main>",
            *[section(story) for section in sections.ALL],
            "</main></html>",
        ]
    )


def _header(story: Story) -> str:
    total, pings = story.total, sum(story.pings)
    figures = (
        ("Pings", f"{pings:,}", "offered by sellers"),
        ("Bids", f"{total.bids:,}", f"on {percent(total.bids, pings)} of pings"),
        ("Leads bought", f"{total.leads:,}", f"{percent(total.leads, total.bids)} of bids"),
        ("Spend", money(total.spend_cents), ""),
        ("Cost per lead", each(total.spend_cents, total.leads), ""),
        ("Conversions", f"{total.conversions:,}", f"{percent(total.conversions, total.leads)} of leads"),
        ("Cost per conversion", each(total.spend_cents, total.conversions), ""),
        ("Profit", money(total.profit_cents), f"of {money(total.value_cents)} in conversions"),
    )
    tiles = "".join(f"<div><dt>{name}<dd><b>{value}</b><span>{note}</span></div>" for name, value, note in figures)
    return (
        f"<header><h1>{escape(date(story))}</h1>"
        f"<p>One day of bidding for leads. Times are local to {escape(story.zone)}.</p><dl>{tiles}</dl></header>"
    )
