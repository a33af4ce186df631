"""Cut the power after every `accepted`, and between any two writes: whatever was said to be bought is there again."""

import asyncio
import os
import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import msgspec

from app.asgi import World, build_app
from app.drill.drill import LOST, Say
from app.drill.kit.apart import apart
from app.drill.kit.recorded_disk import FileState, RecordedDisk
from app.drill.kit.stepped.at_hand import asked, started
from app.drill.kit.stepped.outside import Outside
from app.drill.kit.stepped.sellers import LeadState, OfferedLead
from app.http.application import Application
from app.mock_exchange.chance import chance_of
from app.mock_exchange.consumers import consumer
from app.outbound.message import OutboundAnswer, Outgoing
from app.packaged import DEMO, MODELS
from app.settings import Settings

PROMISE = "after a power cut every lead that was accepted is there, whole, and its post is answered as before"
IN_SAMPLE = True

CUTS, CUTS_IN_SAMPLE = 1_000, 30
"""After `accepted`; about half as many come between two writes."""
SALES = 200
"""Of one database: enough for its log to be taken over into it once or twice."""
AT_ONCE = 12
BETWEEN = 0.02
"""The share of writes after which the power goes."""
RESTARTED = 40
"""Of so many cuts one is followed by a whole start of the service."""
VERTICAL = "auto_insurance"
NOW = 1_795_190_000.0


class PowerCuts(msgspec.Struct, kw_only=True):
    """What came of it."""

    cuts_after_accepted: int = 0
    cuts_between_writes: int = 0
    accepted: int = 0
    writes: int = 0
    syncs: int = 0
    unsafe_bytes: int = 0
    restarts: int = 0
    findings: list[str] = []


class _Cut(msgspec.Struct, frozen=True):
    """The disk at an instant, and what had been accepted by then."""

    files: dict[str, FileState]
    accepted: frozenset[str]


def drill(folder: Path, say: Say) -> list[str]:
    """The whole of it."""
    cuts = apart(cut, folder, CUTS_IN_SAMPLE if say.is_sample else CUTS, say.seed)
    for figure in PowerCuts.__struct_fields__:
        if figure != "findings":
            say.count(figure.replace("_", " "), getattr(cuts, figure))
    say.count(LOST, sum("is lost" in each for each in cuts.findings))
    return cuts.findings


def cut(folder: Path, cuts: int, seed: int) -> PowerCuts:
    """So many cuts after `accepted`, on as many databases as they take. NotHere where writes cannot be seen."""
    found = PowerCuts()
    number = 0
    while found.cuts_after_accepted < cuts and not found.findings:
        number += 1
        place = folder / f"installation-{number}"
        asyncio.run(_Installation(place, min(SALES, cuts - found.cuts_after_accepted), seed + number, found).trade())
        shutil.rmtree(place)
    return found


class _Installation:
    """One service on one recorded disk."""

    def __init__(self, folder: Path, sales: int, seed: int, found: PowerCuts) -> None:
        self._folder = folder
        self._sales = sales
        self._seed = seed
        self._found = found
        self._chance = random.Random(seed)
        self._cuts: list[_Cut] = []
        self._examined = 0
        self._accepted: dict[str, OfferedLead] = {}
        self._disk = RecordedDisk(folder / "data")
        config = Path(shutil.copytree(DEMO, folder / "config"))
        self._settings = Settings(config=config / "buyer.toml", data=folder / "data", models=MODELS)
        self._outside = Outside(lambda: NOW, (DEMO / "crm-webhook-secret.txt").read_text(encoding="utf-8").strip())

    async def trade(self) -> None:
        """Sell in rounds of a few at once; after each, see what the power cuts in it left."""
        number = 0
        with self._disk:
            application = build_app(self._settings, self._world())
            async with started(application):
                self._disk.seen = self._now_and_then
                while len(self._accepted) < self._sales:
                    count = self._chance.randint(1, AT_ONCE)
                    leads = [self._lead(number + each) for each in range(count)]
                    number += count
                    await asyncio.gather(*[self._sell(application, lead) for lead in leads])
                    assert application.background is not None
                    await application.background.catch_up()
                    await self._examine()
                self._disk.seen = lambda: None
        self._found.accepted += len(self._accepted)
        self._found.writes += self._disk.writes
        self._found.syncs += self._disk.syncs

    def _world(self) -> World:
        return World(
            clock=lambda: NOW,
            steady=lambda: NOW,
            chance=self._chance.randbytes,
            uniform=self._chance.random,
            stepped=True,
            sender=lambda: _AtOnce(self._outside),
        )

    def _lead(self, number: int) -> OfferedLead:
        who = consumer(self._seed, number, VERTICAL)
        return OfferedLead(number=number, seller="acme", who=who, created_at=NOW - 60.0)

    async def _sell(self, application: Application, lead: OfferedLead) -> None:
        lead.hear_ping(await asked(application, lead.ping()), NOW, chance_of(self._seed, lead.number))
        if not lead.is_over:
            lead.hear_post(await asked(application, lead.post()))
        if lead.heard is LeadState.ACCEPTED:
            # The seller has its answer. Now the power goes.
            self._accepted[lead.lead_id] = lead
            self._found.cuts_after_accepted += 1
            self._cut()

    def _now_and_then(self) -> None:
        if self._chance.random() < BETWEEN:
            self._found.cuts_between_writes += 1
            self._cut()

    def _cut(self) -> None:
        self._cuts.append(_Cut(self._disk.snapshot(), frozenset(self._accepted)))

    async def _examine(self) -> None:
        cuts, self._cuts = self._cuts, []
        for each in cuts:
            place = self._folder / "after"
            self._after(each, place)
            self._found.findings += look(place / "leadbid.db", each.accepted)
            self._examined += 1
            if self._examined % RESTARTED == 0:
                await self._restart(place, each.accepted)
            shutil.rmtree(place)

    def _after(self, each: _Cut, place: Path) -> None:
        """The data directory as the next start finds it."""
        place.mkdir()
        shutil.copytree(self._settings.data / "keys", place / "keys")
        for name, state in each.files.items():
            self._found.unsafe_bytes += sum(len(written.data or b"") for written in state.unsafe)
            # The index of the log is in memory alone.
            if not name.endswith("-shm"):
                (place / name).write_bytes(state.after_cut(self._chance))
                # The machine has started since.
                os.utime(place / name, (0.0, 0.0))
        shutil.copytree(self._settings.journal, place / "journal")
        for path in (place / "journal").glob("*.jsonl"):
            path.write_bytes(_torn(path.read_bytes(), self._chance))

    async def _restart(self, place: Path, accepted: frozenset[str]) -> None:
        """The service comes up, and answers every accepted post as before."""
        self._found.restarts += 1
        settings = msgspec.structs.replace(self._settings, data=place)
        application = build_app(settings, self._world())
        async with started(application):
            for lead_id in sorted(accepted):
                lead = self._accepted[lead_id]
                again = msgspec.structs.replace(lead, trail=[])
                again.hear_post(await asked(application, lead.post()))
                if (again.heard, again.lead_id) != (LeadState.ACCEPTED, lead_id):
                    self._found.findings.append(f"lead {lead_id} was accepted before the cut, and then: {again.trail}")


class _AtOnce:
    """A way out that ends in this process."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def send(self, request: Outgoing) -> OutboundAnswer:
        """The answer."""
        return self._outside.answer(request)

    async def aclose(self) -> None:
        """There is no connection."""


def look(database: Path, accepted: frozenset[str]) -> list[str]:
    """What is wrong with a database that must have these leads: each whole, and counted once."""
    with closing(sqlite3.connect(database)) as connection:
        damage = connection.execute("PRAGMA integrity_check").fetchall()
        if damage != [("ok",)]:
            return [f"the database is damaged: {damage[0][0]}"]
        leads = dict(connection.execute("SELECT lead_id, cap_uses FROM lead").fetchall())
        found = [f"lead {lead_id} was accepted and is lost" for lead_id in sorted(accepted - leads.keys())]
        for table in ("delivery", "evidence", "sighting"):
            has = {row[0] for row in connection.execute(f"SELECT lead_id FROM {table}")}  # noqa: S608 - our own names
            found += [f"lead {lead_id} has no {table}" for lead_id in sorted(leads.keys() - has)]
        counted: Counter[str] = Counter()
        for uses in leads.values():
            counted.update(msgspec.json.decode(uses, type=dict[str, int]))
        used = dict(connection.execute("SELECT counter, used FROM cap_counter WHERE used > 0"))
        return found + [
            f"{name} counts {used.get(name, 0)} of {count}"
            for name, count in counted.items()
            if used.get(name, 0) != count
        ]


def _torn(lines: bytes, chance: random.Random) -> bytes:
    """What nobody waited for: a file that ends early, or in zeros."""
    end = chance.randint(0, len(lines))
    return lines[:end] + bytes(chance.choice((0, len(lines) - end)))
