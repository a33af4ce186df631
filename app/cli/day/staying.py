"""Keeps the demo's service up after its day, as on the Monday after, with leads coming in until somebody stops it."""

import asyncio
import shutil
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from msgspec.structs import replace

from app.asgi import World, build_app
from app.cli.day.business_day import HOUR_S, STARTS, US, crm_secret, point_at
from app.cli.service.flawed_leads import as_fakes_know
from app.cli.service.serving import running, served
from app.http.server import server_of
from app.mock_exchange.crm_receiver import CrmReceiver
from app.mock_exchange.market.exchange import Exchange
from app.mock_exchange.market.rivals import RivalServers
from app.mock_exchange.market.setup import read_setup
from app.mock_exchange.market.time import WallTime
from app.mock_exchange.market.traffic import Visit
from app.mock_providers.server import FakeProviders
from app.packaged import DEMO
from app.settings import Settings

OPENS = STARTS + 3 * 24 * HOUR_S + 4 * HOUR_S
"""Monday at ten in the morning in New York, when every campaign buys."""

EVERY_S = 2.0
"""A lead comes to the market so often: what is looked at moves, and a minute shows thirty of them."""


async def stay(settings: Settings, market: Path, seed: int, port: int, ready: Callable[[str], None]) -> None:
    """Serve until cancelled; `ready` hears the address. SettingsError or SetupError where it cannot begin."""
    began = time.monotonic()

    def clock() -> float:
        return OPENS + time.monotonic() - began

    async with AsyncExitStack() as stack:
        crm = CrmReceiver(clock, (crm_secret(settings.config),))
        shutil.copy(DEMO / settings.config.name, settings.config)
        point_at(
            settings.config,
            await stack.enter_async_context(served(crm)),
            await stack.enter_async_context(served(FakeProviders())),
        )
        application = build_app(replace(settings, has_consent=True), World(clock=clock))
        url = await stack.enter_async_context(running(server_of(application, shutdown_s=2), port))
        setup = read_setup(market, {US: url})
        # Other consumers than those of the day, or all of them were duplicates.
        rivals = await stack.enter_async_context(served(RivalServers(setup.rivals, seed + 1, clock)))
        exchange = Exchange(setup, rivals, seed + 1, WallTime(clock), time.perf_counter, flawed=as_fakes_know)
        stack.push_async_callback(exchange.aclose)
        ready(url)
        await _offer_leads(exchange, clock)


async def _offer_leads(exchange: Exchange, clock: Callable[[], float]) -> None:
    async with asyncio.TaskGroup() as group:
        number = 0
        while True:
            number += 1
            group.create_task(_offer(exchange, Visit(clock(), number)))
            await asyncio.sleep(EVERY_S)


async def _offer(exchange: Exchange, visit: Visit) -> None:
    await exchange.offer(visit)
