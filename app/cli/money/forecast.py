"""Shows how many leads are expected and what they cost, to the month's end and for 90 days, and how sure that is."""

import argparse
import time

import msgspec

from app.cli.database import add_database, run_with_store
from app.cli.progress import progress
from app.cli.table import table
from app.domain.money import money
from app.reports.money.backtest import Backtest
from app.reports.money.courses import Expected
from app.reports.money.forecast import AHEAD_DAYS_MIN, Forecast, SellerForecast
from app.reports.money.profit import WEEKDAYS
from app.reports.money.rhythm import DAYS_MIN
from app.reports.rates import in_percent
from app.store.store import Store
from app.usecases.former import configuration_in_force
from app.usecases.money.forecast import forecast_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid forecast [--json] [--data DIR | --database URL]`."""
    parser.add_argument("--json", action="store_true", help="every day and seller as JSON, with money in cents")
    add_database(parser)


def run(args: argparse.Namespace) -> int:
    """0 with the forecast, also where there is too little history for one."""
    return run_with_store(args, _print)


async def _print(store: Store, args: argparse.Namespace) -> int:
    progress("forecasting")
    found = await forecast_of(store, await configuration_in_force(store), time.time())
    progress("")
    print(msgspec.json.encode(found).decode() if args.json else "\n".join(_text(found)))
    return 0


def _text(found: Forecast) -> list[str]:
    if not found.sellers:
        return [
            f"Nothing was bought yet; a forecast needs {DAYS_MIN} whole days of buying, {AHEAD_DAYS_MIN} for 90 days"
        ]
    both = [found.total, *found.sellers]
    month = [
        (each.seller or "all", str(each.days), *_so_far(each), *_cells(each.month, each.month_in_days)) for each in both
    ]
    ahead = [(each.seller or "all", str(each.days), *_cells(each.ahead, each.ahead_in_days)) for each in both]
    heads = ("leads", "80 % of cases", "spend", "80 % of cases")
    lines = [
        f"To the end of the month, {found.month_end} ({found.zone}), with what was bought so far",
        table(("seller", "days known", "leads so far", "spend so far", *heads), month),
        f"\n90 days, from tomorrow to {found.ahead_end}",
        table(("seller", "days known", *heads), ahead),
    ]
    if any(found.hours_of_week):
        days = [found.hours_of_week[day * 24 : day * 24 + 24] for day in range(7)]
        usual = [
            (name, f"{sum(day):.1f}", f"{day.index(max(day)):02d}:00") for name, day in zip(WEEKDAYS, days, strict=True)
        ]
        lines.append("\nA usual week\n" + table(("day", "leads", "most from"), usual))
    if found.full_caps:
        lines.append(f"\nHeld down by full caps: {', '.join(found.full_caps)}")
    lines.append("\nEarlier forecasts by the same rule, without caps\n" + table(_TRIED, [*map(_tried, found.backtest)]))
    return lines


_TRIED = ("for", "forecasts", "off in leads", "off in spend", "too high by", "within bounds")


def _tried(of: Backtest) -> tuple[str, ...]:
    shares = (of.leads_error, of.cents_error, of.bias)
    return (f"{of.days} days", str(of.origins), *map(in_percent, shares), f"{of.covered} of {of.origins}")


def _so_far(of: SellerForecast) -> tuple[str, str]:
    return f"{of.month_so_far_leads:,}", money(of.month_so_far_cents)


def _cells(expected: Expected | None, in_days: int) -> tuple[str, str, str, str]:
    if expected is None:
        return "-", f"in {in_days} days", "-", f"in {in_days} days"
    return (
        f"{expected.leads:,.0f}",
        f"{expected.leads_low:,.0f} to {expected.leads_high:,.0f}",
        money(expected.cents),
        f"{money(expected.cents_low)} to {money(expected.cents_high)}",
    )
