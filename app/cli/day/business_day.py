"""One business day in stepped time: a market, our service, a CRM and its call center, all over HTTP on loopback."""

import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from itertools import count
from pathlib import Path

import httpx
import msgspec
from msgspec.structs import replace

from app.asgi import World, build_app
from app.cli.service.flawed_leads import as_fakes_know
from app.cli.service.serving import running, served
from app.http.server import server_of
from app.mock_exchange.call_centre import CallCentre
from app.mock_exchange.crm_receiver import BROKEN, CrmReceiver, CrmReply
from app.mock_exchange.market.audit import Audited, AuditedPost, AuditFile
from app.mock_exchange.market.exchange import Exchange
from app.mock_exchange.market.rivals import RivalServers
from app.mock_exchange.market.setup import read_setup
from app.mock_exchange.market.tally import MarketTally
from app.mock_exchange.market.time import SteppedTime
from app.mock_exchange.market.traffic import Visit, visits
from app.mock_providers.server import FakeProviders
from app.reports.day.story import BoughtLead
from app.settings import Settings
from app.usecases.bidder import Bidder

US = "harbor"
"""Our service's name on the demo's market."""

HOUR_S = 3_600.0
STARTS = datetime(2026, 11, 20, 11, tzinfo=UTC).timestamp()
"""A Friday, six in the morning in New York."""
ENDS = STARTS + 17 * HOUR_S


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the buyer's people tell their bidder in the course of the day: so many hours after its start."""

    hour: float
    path: str
    body: dict[str, str | float]


ACTS = (
    # Crews in Texas wait for work; those in Florida are nearly booked out.
    Act(hour=0.0, path="/v1/demand/TX", body={"open": 120, "expected": 40, "campaign": "solar-sunbelt"}),
    Act(hour=0.0, path="/v1/demand/FL", body={"open": 12, "expected": 30, "campaign": "solar-sunbelt"}),
    # A storm comes ashore at noon in New York; until seven in the evening roofs in Florida are worth more.
    Act(
        hour=6.0,
        path="/v1/signals/FL",
        body={"premium": 15.0, "cause": "storm", "vertical": "roofing", "until": STARTS + 13 * HOUR_S},
    ),
)
LATE_S = 600.0
"""How late a late post comes: longer than any bid lives."""

PATIENCE_S = 120.0
"""Of the machine's own time, which is none of the day: a busy one takes long for what happens at once."""

CRM_ADDRESS = "http://127.0.0.1:8081"
FAKES_ADDRESS = "http://127.0.0.1:8030"
CRM_DOWN_HOURS = (8.0, 8.5)
"""The CRM is out of order for half an hour, and no lead may be lost by it."""


class Lived(msgspec.Struct, kw_only=True):
    """What a day left behind besides the journal and the database.

    `learned` are the verticals whose win model was learned from auctions.
    """

    tally: MarketTally = msgspec.field(default_factory=MarketTally)
    bought: list[BoughtLead] = []
    examples: dict[str, str] = {}
    ping_ms: list[float] = []
    post_ms: list[float] = []
    in_crm: int = 0
    learned: frozenset[str] = frozenset()
    ended: float = ENDS


class BusinessDay:
    """One day, run once, with the demo's buyer, whose file has its CRM at `CRM_ADDRESS`, and whose checks beside it
    have their providers at `FAKES_ADDRESS`.
    """

    def __init__(
        self, settings: Settings, market: Path, leads: int, seed: int, *, obeys_appetite: bool = False
    ) -> None:
        """`obeys_appetite` has all sellers of the market do so."""
        self.lived = Lived()
        self.time = SteppedTime(STARTS)
        self._settings = settings
        self._market = market
        self._leads = leads
        self._seed = seed
        self._obeys_appetite = obeys_appetite
        self._crm = CrmReceiver(self.time.now, (crm_secret(settings.config),))

    async def live(self, progress: Callable[[], None], audit: AuditFile | None = None) -> Lived:
        """From the first lead to the last outcome. SettingsError or SetupError where it cannot begin."""
        async with AsyncExitStack() as stack:
            crm_url = await stack.enter_async_context(served(self._crm))
            fakes_url = await stack.enter_async_context(served(FakeProviders()))
            point_at(self._settings.config, crm_url, fakes_url)
            world = World(
                clock=self.time.now,
                # No answer takes any of a time that stands still, so that one seed lives one day.
                steady=self.time.now,
                chance=_bytes_of(self._seed),
                uniform=random.Random(self._seed).random,
                stepped=True,
            )
            application = build_app(self._settings, world)
            url = await stack.enter_async_context(running(server_of(application, shutdown_s=10)))
            setup = read_setup(self._market, {US: url})
            if self._obeys_appetite:
                setup = replace(setup, sellers=tuple([replace(each, obeys_appetite=True) for each in setup.sellers]))
            rivals = RivalServers(setup.rivals, self._seed, self.time.now)
            rivals_url = await stack.enter_async_context(served(rivals))
            exchange = Exchange(
                setup,
                rivals_url,
                self._seed,
                self.time,
                time.perf_counter,
                LATE_S,
                flawed=as_fakes_know,
                patience_s=PATIENCE_S,
            )
            stack.push_async_callback(exchange.aclose)
            people = await stack.enter_async_context(_operator(url))
            assert application.background is not None
            bidder = application.background.bidder
            centre = CallCentre(
                self.time, self._seed, lambda lead_id: self._crm.lead(lead_id) is not None, partial(_tell, people)
            )

            async def visit(who: Visit) -> None:
                for audited in await exchange.offer(who):
                    self._count(audited, audit)
                    progress()
                    for post in [post for post in audited.sold if post.buyer == US]:
                        self.time.act(
                            self.time.now(), partial(self._work, centre, exchange, who, audited, post, bidder)
                        )

            for each in visits(self._seed, self._leads, STARTS, ENDS):
                self.time.act(each.at, partial(visit, each))
            for act in ACTS:
                self.time.act(STARTS + act.hour * HOUR_S, partial(_act, people, act))
            self._break_crm()
            self.time.act(ENDS, self._close)
            await self.time.run(application.background.catch_up)
        self.lived.in_crm = len({kept.lead_id for kept in self._crm.kept.values()})
        models = bidder.catalogue.models.items()
        self.lived.learned = frozenset(vertical for vertical, model in models if model.landscape is not None)
        self.lived.ended = self.time.now()
        return self.lived

    def _count(self, audited: Audited, audit: AuditFile | None) -> None:
        lived = self.lived
        lived.tally.add(audited)
        if audit is not None:
            audit.add(audited)
        for ask in audited.asks:
            if ask.buyer == US:
                lived.ping_ms.append(ask.ms)
                self._keep_example({"outbid": "lost", "": "refused"}.get(ask.fate, ""), ask.ping_id, audited.at)
        for post in audited.posts:
            if post.buyer == US:
                lived.post_ms.append(post.ms)
                self._keep_example("bought" if post.outcome == "accepted" else "", post.ping_id, audited.at)

    def _keep_example(self, kind: str, ping_id: str, at: float) -> None:
        """The last of its kind before the middle of the day, or else the first after it."""
        if kind and ping_id and (at < (STARTS + ENDS) / 2 or kind not in self.lived.examples):
            self.lived.examples[kind] = ping_id

    async def _work(
        self, centre: CallCentre, exchange: Exchange, visit: Visit, audited: Audited, post: AuditedPost, bidder: Bidder
    ) -> None:
        """Have the call centre work one bought lead, and remember what it came to."""
        who = exchange.visitor(visit)

        def worth(lead_id: str) -> tuple[str, int]:
            kept = self._crm.lead(lead_id)
            assert kept is not None
            campaign = str(msgspec.json.decode(kept.body)["data"]["campaign"])
            return campaign, int(bidder.catalogue.campaigns[campaign].worth.of(who.fields))

        worked = await centre.work(
            who, audited.seller, post.lead_id, lambda lead_id: worth(lead_id)[1], shared=post.leg == "shared"
        )
        if worked is not None:
            self.lived.bought.append(
                BoughtLead(
                    ping_id=post.ping_id,
                    at=audited.at,
                    price_cents=post.price_cents,
                    campaign=worth(post.lead_id)[0],
                    true_probability=worked.probability,
                    converted=worked.bought,
                    value_cents=worked.value_cents,
                )
            )

    async def _close(self) -> None:
        """After the market has closed: only retries and outcomes are left, so no progress is shown."""
        self.time.gap_s = HOUR_S

    def _break_crm(self) -> None:
        async def set_trouble(trouble: CrmReply | None) -> None:
            self._crm.trouble = trouble

        for hour, trouble in zip(CRM_DOWN_HOURS, (BROKEN, None), strict=True):
            self.time.act(STARTS + hour * HOUR_S, partial(set_trouble, trouble))


def _bytes_of(seed: int) -> Callable[[int], bytes]:
    """A source of bytes that gives the same ones in every run: fit for a demo's keys and for nothing else."""
    numbers = count()
    key = seed.to_bytes(8, "big", signed=True)

    def draw(size: int) -> bytes:
        return blake2b(next(numbers).to_bytes(8, "big"), key=key, digest_size=size).digest()

    return draw


def crm_secret(config: Path) -> str:
    """What the CRM of this file verifies deliveries by."""
    return (config.parent / "crm-webhook-secret.txt").read_text().strip()


def point_at(config: Path, crm_url: str, fakes_url: str) -> None:
    """Have the buyer's file name the CRM where it really listens, and hold the checks with the providers where theirs
    do: it does not by itself, as `serve --demo` buys without anybody to ask.
    """
    checks = (config.parent / "checks.toml").read_text().replace(FAKES_ADDRESS, fakes_url)
    config.write_text(f"{config.read_text().replace(CRM_ADDRESS, crm_url)}\n{checks}")


@asynccontextmanager
async def _operator(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """The buyer's people and systems at the service's endpoints."""
    headers = {"X-API-Key": "demo-operator-key"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30.0) as http:
        yield http


async def _tell(people: httpx.AsyncClient, outcome: Mapping[str, str | float]) -> None:
    (await people.post("/v1/outcomes", json=dict(outcome))).raise_for_status()


async def _act(people: httpx.AsyncClient, act: Act) -> None:
    (await people.put(act.path, json=act.body)).raise_for_status()
