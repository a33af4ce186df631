"""Shows how campaigns buy now: what keeps them from bidding, caps beside their plans, what makes their prices."""

import argparse
import sys
from collections.abc import Iterator

import msgspec

from app.cli.buying.as_of import as_of
from app.cli.database import add_database, run_with_store
from app.cli.in_force import last_in_force
from app.cli.places import add_models
from app.cli.table import table
from app.config.file.problem import did_you_mean
from app.domain.calendar import local_text
from app.domain.money import money
from app.reports.campaigns.campaigns import CampaignList, CampaignPage, CampaignRow, campaign_list, campaign_page
from app.reports.campaigns.cap_plans import CapAgainstPlan
from app.reports.campaigns.price_terms import PriceTerms
from app.reports.rates import in_percent
from app.scoring.load import load as load_models
from app.store.store import Store
from app.usecases.campaigns.views import campaigns_beside


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid campaigns [CAMPAIGN] [--json] [--models DIR] [--data DIR | --database URL]`."""
    parser.add_argument("campaign", nargs="?", default="", help="one campaign, with what makes its prices today")
    parser.add_argument("--json", action="store_true", help="print one JSON object, money in cents")
    add_models(parser)
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 if it was printed; 1 with the reason if it cannot be."""
    return run_with_store(args, _show)


async def _show(store: Store, args: argparse.Namespace) -> int:
    configuration, models = await last_in_force(store), load_models(args.models).models
    facts = await campaigns_beside(store, configuration, models, args.data / "journal", as_of(args.data))
    if not args.campaign:
        found = campaign_list(facts)
        print(msgspec.json.encode(found).decode() if args.json else "\n".join(_list(found)))
        return 0
    page = campaign_page(facts, args.campaign)
    if page is None:
        names = [campaign.name for campaign in configuration.campaigns]
        remedy = did_you_mean(args.campaign, names) or f"there are {', '.join(names)}"
        print(f"there is no campaign `{args.campaign}`: {remedy}", file=sys.stderr)
        return 1
    print(msgspec.json.encode(page).decode() if args.json else "\n".join(_page(page)))
    return 0


def _list(found: CampaignList) -> Iterator[str]:
    heads = ("campaign", "vertical", "now", "leads", "spend", "bids", "win rate", "mean bid", "fullest cap")
    yield f"Campaigns today, as of {local_text(found.at, found.zone)}"
    yield table(heads, [_row(each) for each in found.campaigns])
    against = [(each.name, blocker.words) for each in found.campaigns for blocker in each.blockers]
    if against:
        yield "\nWhat keeps them from bidding now"
        yield table(("campaign", ""), against)
    yield f"\nBids, win rates and prices are of {found.sampled:,} sampled pings of about {found.pings:,}."


def _row(each: CampaignRow) -> tuple[str, ...]:
    fullest = max(each.caps, key=lambda cap: cap.share, default=None)
    return (
        each.name,
        each.vertical,
        each.state,
        f"{each.leads:,}",
        money(each.spend_cents),
        f"{each.bids:,}",
        in_percent(each.win_rate),
        money(each.price_cents) if each.price_cents is not None else "-",
        f"{fullest.share:.0%} of {fullest.words}" if fullest is not None else "-",
    )


def _page(page: CampaignPage) -> Iterator[str]:
    row = page.row
    yield f"{row.name} ({row.vertical}, {row.brand}): {row.state}, as of {local_text(page.at, page.zone)}"
    yield from (f"  ! {each.words}" for each in row.blockers)
    yield f"\nToday: {row.leads:,} leads for {money(row.spend_cents)}; model {page.model or 'none'}"
    yield "\nCaps"
    yield table(("cap", "used", "of", "", "plan by now", "shadow price"), [_cap(each) for each in row.caps])
    yield from _terms(page.terms)
    yield "\nNot bid on in the last hour"
    yield table(("reason", "pings", ""), [(each.code, f"{each.count:,}", each.meaning) for each in page.refusals])
    places = [tile for tile in page.map.tiles if tile.pings or tile.open is not None]
    yield "\nTerritories today"
    yield table(
        ("state", "pings", "bids", "win rate", "mean bid", "open"),
        [
            (
                tile.state,
                f"{tile.pings:,}",
                f"{tile.bids:,}",
                in_percent(tile.win_rate),
                money(tile.price_cents) if tile.price_cents is not None else "-",
                f"{tile.open:,}" if tile.open is not None else "-",
            )
            for tile in sorted(places, key=lambda tile: (-tile.pings, tile.state))
        ],
    )


def _cap(cap: CapAgainstPlan) -> tuple[str, ...]:
    def amount(value: float) -> str:
        return money(value) if cap.measure == "spend" else f"{value:,.0f}"

    shadow = f"{cap.pressure:.0%} of each price" if cap.measure == "spend" else money(cap.shadow_cents)
    planned = amount(cap.planned) if cap.planned is not None else "-"
    return f"{cap.cap} {cap.part}".rstrip(), amount(cap.used), cap.words, f"{cap.share:.0%}", planned, shadow


def _terms(terms: PriceTerms) -> Iterator[str]:
    yield f"\nWhat makes its prices today: means of {terms.bids:,} bids"
    if terms.fallback:
        yield f"  {terms.fallback:,} more bids had the fallback price, as no model could price their leads"
    if not terms.bids:
        yield "  no bid yet"
        return
    rows = [(term.words, money(term.cents), f"{term.touched:.0%}") for term in terms.terms]
    yield table(("term", "a bid", "of bids"), [*rows, ("price", money(terms.price_cents), "")])
    yield f"  Worth {money(terms.maximum_cents)} at most; expected to win {terms.win_probability:.0%} of them."
