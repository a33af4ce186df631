"""One day lived twice: with sellers that send every lead, and with sellers that read what is bought and send that."""

import shutil
from pathlib import Path

import msgspec
import tomlkit

from app.cli.day.business_day import US, BusinessDay, Lived
from app.cli.table import table
from app.domain.money import money
from app.mock_exchange.market.tally import BuyerTally
from app.packaged import DEMO, MODELS
from app.settings import Settings

CATCH_ALL = "-anywhere"
"""How the demo's campaigns are called that buy everywhere at all hours. A buyer that has them is open all day."""


class AppetiteDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a day came to for the buyer. `pings` are those that it was asked."""

    pings: int
    bids: int
    won: int
    spend_cents: int


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The same day of the same consumers."""

    ignored: AppetiteDay
    obeyed: AppetiteDay

    @property
    def saved(self) -> float:
        """The share of pings that need not be sent."""
        return 1.0 - self.obeyed.pings / self.ignored.pings if self.ignored.pings else 0.0


async def compare(market: Path, leads: int, seed: int, data: Path) -> Compared:
    """Live the day both ways, each in a folder of its own, for the demo's buyer without what it buys everywhere."""
    ignored = await _lived(market, leads, seed, data / "ignored", obeys=False)
    obeyed = await _lived(market, leads, seed, data / "obeyed", obeys=True)
    return Compared(ignored=_day(ignored), obeyed=_day(obeyed))


def appetite_table(compared: Compared) -> str:
    """Both days side by side."""
    rows = [
        (name, f"{day.pings:,}", f"{day.bids:,}", f"{day.won:,}", money(day.spend_cents))
        for name, day in (("ignored", compared.ignored), ("obeyed", compared.obeyed))
    ]
    text = table(("appetite", "pings", "bids", "bought", "spend"), rows)
    return f"{text}\nSellers that obey it send {compared.saved:.0%} fewer pings."


async def _lived(market: Path, leads: int, seed: int, data: Path, *, obeys: bool) -> Lived:
    shutil.copytree(DEMO, data / "config")
    config = data / "config" / "buyer.toml"
    _leave_out_catch_alls(config)
    settings = Settings(config=config, data=data, models=MODELS)
    return await BusinessDay(settings, market, leads, seed, obeys_appetite=obeys).live(lambda: None)


def _leave_out_catch_alls(config: Path) -> None:
    document = tomlkit.parse(config.read_text(encoding="utf-8"))
    campaigns = document["campaigns"].unwrap()
    kept = [each for each in campaigns if not each["name"].endswith(CATCH_ALL)]
    document["campaigns"] = kept
    config.write_text(tomlkit.dumps(document), encoding="utf-8")


def _day(lived: Lived) -> AppetiteDay:
    ours: BuyerTally = lived.tally.buyers[US]
    return AppetiteDay(pings=ours.pings, bids=ours.bids, won=ours.won, spend_cents=ours.spend_cents)
