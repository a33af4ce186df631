"""The service in a process of its own that answers one command at a time, and can be killed within any of them."""

import asyncio
import gc
import logging
import os
import random
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

import app.store.migrations.upgrade  # noqa: F401 - imported when it is first used, which is in every process
from app.asgi import World, build_app
from app.drill.kit.stepped.at_hand import CallAnswer, NotStarted, SellerCall, asked, started
from app.drill.kit.stepped.faults import Fault
from app.drill.kit.stepped.seams import LockstepSender, Seams, cut_in_database, journal_file
from app.http.application import Application
from app.outbound.message import OutboundAnswer, Outgoing
from app.settings import Settings, SettingsError
from app.store.errors import StoreError
from app.usecases.returns.books import invoice_for


class WorldMoment(msgspec.Struct, frozen=True, kw_only=True):
    """The world as a command finds it: both clocks of the machine, what is armed, and which disks are full."""

    clock: float
    steady: float
    faults: tuple[Fault, ...] = ()
    database_full: bool = False
    journal_full: bool = False


class ServiceCommand(msgspec.Struct, frozen=True, kw_only=True):
    """`ask` sends requests at once, `step` has background work done, `owed` adds up invoices, `stop` ends in order."""

    what: str
    moment: WorldMoment
    requests: tuple[SellerCall, ...] = ()
    sellers: tuple[str, ...] = ()
    month: str = ""


class Killed(Exception):
    """The process is gone."""


class CannotLive(Exception):
    """The process did not come up, or broke; the text is what it said."""


class ServiceLife:
    """One life of a service on these settings. `outside` answers what it sends, `happened` hears of each fault."""

    def __init__(
        self,
        settings: Settings,
        seed: int,
        log: Path,
        outside: Callable[[Outgoing], OutboundAnswer],
        happened: Callable[[Fault], None],
    ) -> None:
        self._outside = outside
        self._happened = happened
        context = get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(theirs, self._ours, settings, seed, log), daemon=True)
        self._process.start()
        theirs.close()

    def start(self, moment: WorldMoment) -> None:
        """Wait until it is up. CannotLive where it says why it is not, Killed where it was killed first."""
        self._told(ServiceCommand(what="start", moment=moment))

    def ask(self, moment: WorldMoment, *requests: SellerCall) -> list[CallAnswer]:
        """The answers to requests that come at once."""
        answers: list[CallAnswer] = self._told(ServiceCommand(what="ask", moment=moment, requests=requests))
        return answers

    def step(self, moment: WorldMoment) -> str:
        """Have everything done that is due; why it could not, where the database or a disk does not take it."""
        trouble: str = self._told(ServiceCommand(what="step", moment=moment))
        return trouble

    def owed(self, moment: WorldMoment, sellers: Sequence[str], month: str) -> dict[str, tuple[int, int]]:
        """Leads and cents on each seller's invoice of a month."""
        owed: dict[str, tuple[int, int]] = self._told(
            ServiceCommand(what="owed", moment=moment, sellers=tuple(sellers), month=month)
        )
        return owed

    def stop(self, moment: WorldMoment) -> None:
        """End it in order."""
        self._told(ServiceCommand(what="stop", moment=moment))
        self._process.join()
        self._ours.close()

    def end(self) -> None:
        """Kill it, wherever it is."""
        self._process.kill()
        self._process.join()
        self._ours.close()

    def _told(self, command: ServiceCommand) -> Any:
        try:
            self._ours.send(command)
            while True:
                word, value = self._ours.recv()
                if word == "send":
                    self._ours.send(self._outside(value))
                elif word == "happens":
                    self._happened(value)
                elif word == "broke":
                    self.end()
                    raise CannotLive(value)
                else:
                    return value
        except (EOFError, ConnectionError):
            self.end()
            raise Killed from None


def warm_up(settings: Settings) -> None:
    """Import and compile once, in the process that the others are forked from, what each of them needs.

    Nothing of it runs: an application that is not started has no thread and holds no file. It makes keys, elsewhere.
    """
    with tempfile.TemporaryDirectory() as elsewhere:
        build_app(Settings(config=settings.config, data=Path(elsewhere), models=settings.models))
    gc.collect()
    gc.freeze()


def _main(pipe: Connection, parents: Connection, settings: Settings, seed: int, log: Path) -> None:
    """The process, from its birth to its end."""
    parents.close()
    sys.stderr = log.open("a", encoding="utf-8")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, force=True, format="%(levelname)s %(message)s")
    try:
        asyncio.run(_Life(pipe, settings, seed).live())
    except (SettingsError, StoreError) as reason:
        pipe.send(("broke", str(reason)))
    except Exception:  # noqa: BLE001 - whatever it was, whoever drives this is to see it
        pipe.send(("broke", traceback.format_exc()))
    sys.stderr.flush()
    # Nothing of the process that this one was forked from is to be ended here.
    os._exit(0)


class _Life:
    """The service within its process."""

    def __init__(self, pipe: Connection, settings: Settings, seed: int) -> None:
        self._pipe = pipe
        self._settings = settings
        self._seams = Seams(lambda fault: pipe.send(("happens", fault)))
        self._moment = WorldMoment(clock=0.0, steady=0.0)
        self._chance = random.Random(seed)
        cut_in_database(self._seams)

    async def live(self) -> None:
        """Obey until told to stop."""
        self._take(self._pipe.recv())
        application = build_app(self._settings, self._world())
        try:
            async with started(application):
                self._pipe.send(("done", None))
                while (command := self._take(self._pipe.recv())).what != "stop":
                    self._pipe.send(("done", await self._done(application, command)))
        except NotStarted as why:
            self._pipe.send(("broke", str(why)))
        else:
            self._pipe.send(("done", None))

    def _world(self) -> World:
        return World(
            clock=lambda: self._moment.clock,
            steady=lambda: self._moment.steady,
            chance=self._chance.randbytes,
            uniform=self._chance.random,
            stepped=True,
            sender=lambda: LockstepSender(self._seams, self._ask_outside),
            append=journal_file(self._seams),
        )

    def _take(self, command: ServiceCommand) -> ServiceCommand:
        moment = self._moment = command.moment
        self._seams.arm(moment.faults)
        self._seams.database_full, self._seams.journal_full = moment.database_full, moment.journal_full
        return command

    def _ask_outside(self, request: Outgoing) -> OutboundAnswer:
        self._pipe.send(("send", request))
        answer: OutboundAnswer = self._pipe.recv()
        return answer

    async def _done(self, application: Application, command: ServiceCommand) -> Any:
        assert application.background is not None
        if command.what == "ask":
            return await asyncio.gather(*[asked(application, each) for each in command.requests])
        if command.what == "owed":
            store, zone = application.background.bidder.store, application.background.bidder.catalogue.buyer.zone
            invoices = [await invoice_for(store, seller, command.month, zone) for seller in command.sellers]
            return {each.seller: (each.leads, each.bought_cents) for each in invoices}
        try:
            await application.background.catch_up()
        except (StoreError, OSError) as trouble:
            return f"{type(trouble).__name__}: {trouble}"
        return ""
