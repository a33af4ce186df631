"""`leadbid forecast` on either database: from sales to what is expected, under what operators changed."""

import json
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from app.cli import main
from app.domain.configuration import Configuration
from app.store.configurations import InForce
from app.store.operators.requested import Switch
from app.store.store import Store
from app.usecases.former import packed
from tests import build
from tests.integration.store.world import a_cap, a_sale, in_store, refused

Capture = pytest.CaptureFixture[str]
ZONE = "America/Chicago"
DAY_S = 86_400.0
NOW = datetime(2026, 12, 8, tzinfo=ZoneInfo(ZONE)).timestamp()
DECLARED = Configuration(
    config_hash="0" * 16,
    buyer=build.buyer(),
    verticals=(build.vertical(),),
    campaigns=(build.campaign(caps=(build.cap(name="monthly", window="month", limit=40),)),),
    sellers=(build.seller(),),
)


async def trade(store: Store) -> None:
    """One lead of $21.40 at each noon of fifteen days, of which seven are of this month; the first is no whole day."""
    await store.put_in_force(
        InForce(
            config_hash=DECLARED.config_hash,
            definition=packed(DECLARED, b"i" * 32),
            destinations=(),
            sellers=(),
            former="",
            changes=(),
        ),
        NOW - 20 * DAY_S,
    )
    for number in range(15):
        month = "2026-12" if number >= 8 else "2026-11"
        use = replace(a_cap(40, counter=f"campaign/solar-tx/monthly//{month}"), name="monthly")
        sale = a_sale(number, sold_at=NOW - (14.5 - number) * DAY_S, cap_uses=(use,))
        assert (await store.sell(sale, refused)).outcome == "sold"


def test_the_forecast_goes_on_as_it_was_under_what_is_in_force(
    url: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_store(url, trade)
    monkeypatch.setattr(time, "time", lambda: NOW)
    assert main(["forecast", "--json", "--database", url]) == 0
    found = json.loads(capsys.readouterr().out)
    (acme,) = found["sellers"]
    assert (acme["days"], acme["month_so_far_leads"], acme["ahead"], acme["ahead_in_days"]) == (14, 7, None, 42)
    # One each of the 24 days that are left.
    assert (acme["month"]["leads"], acme["month"]["cents"]) == (31, 31 * 2_140)
    assert found["backtest"] == []

    async def less(store: Store) -> None:
        switch = Switch(kind="cap", target="solar-tx/monthly", amount=10, why="", told_by="os:ada", told_at=NOW)
        await store.set_switch(switch)

    in_store(url, less)
    assert main(["forecast", "--database", url]) == 0
    shown = capsys.readouterr().out
    assert "Held down by full caps: solar-tx/monthly" in shown
    assert "in 42 days" in shown
    assert main(["forecast", "--json", "--database", url]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["month"]["leads"] == 10


def test_a_fresh_database_says_how_long_a_history_is_needed(url: str, capsys: Capture) -> None:
    assert main(["forecast", "--database", url]) == 0
    assert "14 whole days" in capsys.readouterr().out
