"""Shows the whole of it on loopback: sellers ping and post made-up consumers over HTTP, leads reach a CRM, a report."""

import argparse
import asyncio
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles

import httpx
import uvicorn

from app.cli.table import table
from app.config.load import Loaded, load
from app.domain.money import dollars
from app.journal.reader import find, lines
from app.mock_exchange.chance import chance_of
from app.mock_exchange.crm_receiver import CrmReceiver
from app.mock_exchange.seller import Auctioned, Shop, auction, visitor
from app.store.store import Store
from app.usecases.explain import explain
from app.usecases.report import Trading, campaign_rows, cap_rows, trading

CONFIG = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
MODELS = Path(__file__).resolve().parents[2] / "models"
CRM_ADDRESS = "127.0.0.1:8081"
SHOPS = {
    Shop(name="acme", key="demo-acme-key"): 60.0,
    Shop(name="bluebird", key="demo-bluebird-key", lead_type="exclusive"): 25.0,
    Shop(name="cascade", key="demo-cascade-key", lead_type="shared"): 15.0,
}
"""Who sells, and how much of the traffic each brings."""

AT_ONCE = 8
SETTLE_S = 10.0


class DemoFailed(Exception):
    """The demo could not run; the text says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid demo [--leads N] [--seed S] [--data DIR]`."""
    parser.add_argument("--leads", type=int, default=400, help="how many consumers are offered (default: 400)")
    parser.add_argument("--seed", type=int, default=1, help="which consumers, and what else is offered (default: 1)")
    parser.add_argument("--data", type=Path, default=Path("data/demo"), help="emptied first (default: data/demo)")


def run(args: argparse.Namespace) -> int:
    """0 where every lead that was bought has been delivered."""
    try:
        return asyncio.run(_demo(args.leads, args.seed, args.data))
    except DemoFailed as failed:
        print(failed, file=sys.stderr)
        return 1


async def _demo(leads: int, seed: int, data: Path) -> int:
    _empty(data)
    receiver = CrmReceiver(time.time)
    started = time.time()
    async with _crm(receiver) as crm_port:
        config = _config(data, crm_port)
        async with _service(config, data) as url:
            print(f"The service listens on {url}, the CRM on http://127.0.0.1:{crm_port}. Offering {leads} leads:")
            auctioned = await _trade(url, leads, seed)
            await _settle(receiver, auctioned)
        return await _report(config, data, auctioned, receiver, started)


def _empty(data: Path) -> None:
    """Only what an earlier demo made is ever removed."""
    marker = data / "made-by-leadbid-demo"
    try:
        if data.exists() and any(data.iterdir()) and not marker.exists():
            raise DemoFailed(f"{data} is not empty and not an earlier demo's: name another directory with --data")
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        marker.touch()
    except OSError as error:
        raise DemoFailed(f"{data} cannot be used ({error.strerror}): name another directory with --data") from None


def _config(data: Path, crm_port: int) -> Path:
    """The demo's configuration with the CRM where it really listens."""
    shutil.copytree(CONFIG, data / "config")
    config = data / "config" / "buyer.toml"
    config.write_text(config.read_text().replace(CRM_ADDRESS, f"127.0.0.1:{crm_port}"))
    return config


@asynccontextmanager
async def _crm(receiver: CrmReceiver) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(receiver, log_level="warning", access_log=False, lifespan="off"))
    # The demo stops on Ctrl-C itself; the receiver must live until the last delivery.
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _service(config: Path, data: Path) -> AsyncIterator[str]:
    """The service as a process of its own, as an operator would run it."""
    port = _free_port()
    arguments = ["serve", "--config", str(config), "--data", str(data), "--models", str(MODELS), "--port", str(port)]
    log = (data / "service.log").open("wb")
    service = await asyncio.create_subprocess_exec(sys.executable, "-m", "app", *arguments, stdout=log, stderr=log)
    try:
        await _ready(f"http://127.0.0.1:{port}", service, data / "service.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        if service.returncode is None:
            service.send_signal(signal.SIGTERM)
        await service.wait()
        log.close()


async def _ready(url: str, service: asyncio.subprocess.Process, log: Path) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for _ in range(300):
            if service.returncode is not None:
                break
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise DemoFailed(f"the service did not start, see {log}")


async def _trade(url: str, leads: int, seed: int) -> list[Auctioned]:
    """Auction all the leads, some at once, with progress."""
    numbers = iter(range(1, leads + 1))
    done: list[Auctioned] = []

    async def seller(http: httpx.AsyncClient) -> None:
        for number in numbers:
            shop = chance_of(seed, "shop", number).weighted("shop", SHOPS)
            done.append(await auction(http, shop, visitor(seed, number), seed, time.time()))
            _progress(done, leads)

    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10.0) as http:
        await asyncio.gather(*[seller(http) for _ in range(AT_ONCE)])
    return done


def _progress(done: Sequence[Auctioned], leads: int) -> None:
    step = 1 if sys.stdout.isatty() else max(leads // 10, 1)
    if len(done) % step and len(done) != leads:
        return
    bids = sum(each.price > 0 for each in done)
    bought = sum(each.post_status == "accepted" for each in done)
    end = "\r" if sys.stdout.isatty() and len(done) < leads else "\n"
    print(f"  {len(done):>6} pings  {bids:>6} bids  {bought:>6} leads bought", end=end, flush=True)


async def _settle(receiver: CrmReceiver, auctioned: Iterable[Auctioned]) -> None:
    """Wait for the last deliveries."""
    bought = sum(each.post_status == "accepted" for each in auctioned)
    for _ in range(int(SETTLE_S / 0.05)):
        if len(receiver.kept) >= bought:
            return
        await asyncio.sleep(0.05)


async def _report(config: Path, data: Path, auctioned: list[Auctioned], receiver: CrmReceiver, started: float) -> int:
    read = load(config, environ=os.environ)
    if not isinstance(read, Loaded):
        raise DemoFailed("\n".join(str(problem) for problem in read))
    store = Store.reading(data / "leadbid.db")
    found = trading(lines(data / "journal", started - 1))
    used = await store.cap_usage()
    await store.close()
    _print_trade(found)
    caps = cap_rows(read.declared.campaigns, used, time.time())
    print(
        "\nCaps in this window\n"
        + table(("campaign", "cap", "used", "of"), [row for row in caps if row[2] not in ("0", "$0.00")])
    )
    _print_times(auctioned)
    bought = found.posts["accepted"]
    print(f"\nDeliveries: {len(receiver.kept)} of {bought} leads reached the CRM")
    _print_explained(data, auctioned)
    print(f"\nEverything lies in {data}. Ask about any ping: leadbid explain PING_ID --data {data}")
    return 0 if len(receiver.kept) == bought else 1


def _print_trade(found: Trading) -> None:
    spend = sum(trade.spend_cents for trade in found.campaigns.values())
    bought = found.posts["accepted"]
    print(f"\n{found.pings} pings: {found.bids} bids, {found.pings - found.bids} refused")
    print(f"{bought} leads bought for ${dollars(spend)}, {found.lost} auctions lost")
    refused = [(code, str(count)) for code, count in found.reasons.most_common()]
    print("\nWhy not\n" + table(("reason", "pings"), refused))
    posts = [(code, str(count)) for code, count in found.posts.most_common() if code != "accepted"]
    if posts:
        print("\nPosts not taken\n" + table(("reason", "posts"), posts))
    heads = ("campaign", "bids", "median bid", "leads", "spend", "each")
    print("\nCampaigns\n" + table(heads, campaign_rows(found)))


def _print_times(auctioned: Sequence[Auctioned]) -> None:
    """As the sellers saw it, over HTTP and with everything else that this machine was doing."""
    rows = []
    for name, times in (
        ("ping", [each.ping_ms for each in auctioned]),
        ("post", [each.post_ms for each in auctioned if each.post_ms]),
    ):
        if len(times) > 1:
            cuts = quantiles(times, n=100)
            rows.append((name, f"{cuts[49]:.1f}", f"{cuts[98]:.1f}"))
    print("\nAnswer times in ms, as the sellers measured them\n" + table(("", "median", "p99"), rows))


def _print_explained(data: Path, auctioned: Sequence[Auctioned]) -> None:
    """A lead bought, one lost, one refused."""
    kinds = {
        "A lead that was bought": [each for each in auctioned if each.post_status == "accepted"],
        "An auction that was lost": [each for each in auctioned if each.price > 0 and not each.post_status],
        "A ping that was refused": [each for each in auctioned if each.price == 0],
    }
    for title, examples in kinds.items():
        for example in examples[len(examples) // 2 :][:1]:
            print(f"\n{title}\n{explain(find(data / 'journal', example.ping_id))}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
