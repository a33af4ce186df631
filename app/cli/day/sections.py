"""The subjects of the page, in the order in which a buyer asks about them."""

from app.cli.day import plots_by_hour, plots_by_size, words
from app.domain.reasons import REASONS, Refusal, sentence
from app.pages.html import each, figure, money, paragraph, percent, plots, pre, section, table
from app.reports.day.bins import AnswerTimes
from app.reports.day.campaign_days import CampaignDay, DayTrade
from app.reports.day.story import Story

SHOWN = 8
"""How many campaigns, reasons or pushes have plots, the largest; the tables have all."""


def flow(story: Story) -> str:
    """How many came, how many we bid on and bought, and why not the others."""
    figures = [figure("Pings, bids and leads by the hour", plots_by_hour.flow(story), words.flow(story))]
    tables = []
    if story.reasons:
        shown = dict(list(story.reasons.items())[:SHOWN])
        svg = plots_by_size.counted(shown, "How many pings got no bid, by the reason")
        figures.append(figure("Pings without a bid, by reason", svg, words.reasons(story)))
        tables.append(table(("no bid because", "which means", "pings"), _reasons(story.reasons), text=2))
    if story.unbought:
        tables.append(table(("post not taken because", "which means", "posts"), _reasons(story.unbought), text=2))
    lead = "What sellers offered, what we bid on, and why we passed on the rest."
    return section("From pings to leads", lead, plots(figures), *tables)


def campaigns(story: Story) -> str:
    """What each campaign paid and got."""
    heads = ("", "bids", "mean bid", "leads", "won", "spend", "a lead", "conversions", "a conversion", "profit")
    rows = [_trade(day.name, day.trade, money(day.price.mean)) for day in story.campaigns]
    bought = [day for day in story.campaigns if day.trade.leads][:SHOWN]
    figures = (
        [figure("Cost of a lead and of a conversion", plots_by_size.costs(bought), words.costs())] if bought else []
    )
    lead = "What each campaign paid for a lead and for a conversion, and what its conversions left after that spend."
    return section("Campaigns", lead, table(heads, rows, _trade("all", story.total, "")), plots(figures))


def caps(story: Story) -> str:
    """How full the caps got, and whether they kept to their plans."""
    figures = [
        figure(f"{day.campaign}, {day.cap} {day.part}".rstrip(), plots_by_hour.cap(story, day), words.cap(story, day))
        for day in story.caps
    ]
    lead = "The caps that came closest to their limits. A plan spreads the limit over the campaign's open hours."
    return section("Spend and sales against plan", lead, plots(figures) or paragraph("No cap was used."))


def prices(story: Story) -> str:
    """What was bid through the day, and what moved it."""
    figures = [_prices(story, day) for day in story.campaigns[:SHOWN] if day.price.count]
    lead = "Mean bids by the hour, a larger dot for more bids, and what caps took off the value of a lead."
    return section("Prices through the day", lead, plots(figures) or paragraph("Nothing was bid."))


def pushes(story: Story) -> str:
    """Boosts and signals."""
    shown = story.pushes[:SHOWN]
    lead = "What the buyer or the weather added to the value of a lead, and when."
    title = "Boosts and signals"
    if not shown:
        return section(title, lead, paragraph("None was on."))
    svg = plots_by_hour.steps(story, shown)
    return section(title, lead, plots([figure("Premiums by the hour", svg, words.pushes(story, shown))]))


def demand(story: Story) -> str:
    """The same campaign in two territories with different demand."""
    title, days = "Demand by territory", story.territories
    lead = "One campaign at the same time of day, where leads are sought and where fewer can be worked."
    scale = plots_by_hour.scale(days)
    figures = [
        figure(f"{day.campaign} in {day.territory}", plots_by_hour.territory(story, day, scale), words.territory(day))
        for day in days
    ]
    return section(title, lead, plots(figures) or paragraph("No territory told its demand."))


def wins(story: Story) -> str:
    """What a price wins."""
    lead = "Each point is a tenth of a vertical's bids by price; whiskers hold the true share in 95 of 100 cases."
    figures = [figure(name, plots_by_size.wins(name, bands), words.wins(bands)) for name, bands in story.wins.items()]
    return section("How much a price wins", lead, plots(figures) or paragraph("Nothing was bid."))


def calibration(story: Story) -> str:
    """What predictions are worth."""
    title = "Predicted and true conversion"
    lead = "Whether leads convert as often as their bids assumed. The truth is known because this market is made up."
    if not story.calibration:
        return section(title, lead, paragraph("No lead was bought."))
    svg = plots_by_size.reliability(story.calibration)
    rows = [
        (f"{band.at:.1%}", f"{band.expected:.1%}", f"{band.share:.1%}", f"{band.hits:,}", f"{band.count:,}")
        for band in story.calibration
    ]
    return section(
        title,
        lead,
        plots(
            [
                figure("Reliability of the model", svg, words.reliability(story.calibration)),
                table(("predicted", "true", "converted", "conversions", "leads"), rows),
            ]
        ),
    )


def service(story: Story) -> str:
    """Deliveries, and how long answers took."""
    attempts = story.attempts
    figures = []
    if attempts.by_outcome:
        svg = plots_by_size.counted(attempts.by_outcome, "Attempts to deliver leads, by what they came to")
        figures.append(figure("Attempts to deliver", svg, words.deliveries(attempts)))
    if story.ping_times.count:
        svg = plots_by_size.latency(story.ping_times, story.post_times)
        figures.append(figure("Time to answer", svg, words.latency(story.ping_times)))
    rows = [_times(name, each) for name, each in (("pings", story.ping_times), ("posts", story.post_times))]
    lead = "Whether the leads bought reached the CRM, and how long sellers waited for an answer."
    heads = ("answers in ms", "count", "median", "95%", "99%", "longest")
    return section("Deliveries and answer times", lead, plots(figures), table(heads, rows))


def explained(story: Story) -> str:
    """Some decisions in full."""
    parts = [pre(title, text) for title, text in story.explained]
    lead = "Every price and every refusal can be derived from the journal, whose times are UTC."
    return section("Decisions explained", lead, *parts) if parts else ""


ALL = (flow, campaigns, caps, prices, pushes, demand, wins, calibration, service, explained)


def _reasons(counts: dict[str, int]) -> list[tuple[str, str, str]]:
    """(code, meaning, count), most frequent first."""
    return [(code, sentence(Refusal(code)) if code in REASONS else "", f"{count:,}") for code, count in counts.items()]


def _trade(name: str, trade: DayTrade, bid: str) -> tuple[str, ...]:
    return (
        name,
        f"{trade.bids:,}",
        bid,
        f"{trade.leads:,}",
        percent(trade.leads, trade.bids),
        money(trade.spend_cents),
        each(trade.spend_cents, trade.leads),
        f"{trade.conversions:,}",
        each(trade.spend_cents, trade.conversions),
        money(trade.profit_cents),
    )


def _prices(story: Story, day: CampaignDay) -> str:
    shadows = plots_by_hour.telling(day)
    return figure(day.name, plots_by_hour.prices(story, day, shadows), words.prices(story, day, shadows))


def _times(name: str, told: AnswerTimes) -> tuple[str, ...]:
    return (name, f"{told.count:,}", *[f"{ms:,.1f}" for ms in (told.median, told.p95, told.p99, told.longest)])
