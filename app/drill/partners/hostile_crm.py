"""Nine CRMs misbehave, each in its own way, beside one that does not; then they come to their senses."""

import time
from pathlib import Path

import httpx

from app.drill.drill import DELIVERIES_LOST, Say
from app.drill.kit.behavior import STRANGE
from app.drill.kit.books import Books
from app.drill.kit.market import demo_with_crm, ping, post, someone, wait_for_leads
from app.drill.kit.pace import pinging
from app.drill.kit.service import serve_process, until
from app.drill.kit.strange_server import StrangeServer, strange_server

PROMISE = (
    "a CRM that hangs, drips, floods, fails or sends elsewhere slows nobody, is followed nowhere, and gets each lead "
    "when it is well"
)
IN_SAMPLE = False

LEADS = 4
TROUBLE_S = 8.0
WELL_WITHIN_S = 90.0
GOOD_WITHIN_S = 5.0
PING_MAX_MS = 200.0
GROWTH_MAX_MB = 100.0

_TAKEN = b'{"success": true, "id": "crm-1"}'
_DESTINATION = """
[[destinations]]
name = "{name}"
url = "http://127.0.0.1:{port}/{name}"
timeout_ms = 2_000
allow_private_hosts = ["127.0.0.1"]
"""


def drill(folder: Path, say: Say) -> list[str]:
    """Sell leads that go to all of them."""
    with strange_server(_well) as (server, port), demo_with_crm(folder / "config") as (config, receiver):
        _declare(config, port)
        server.behaviors.update(STRANGE)
        data = folder / "data"
        with (
            serve_process(config, data) as service,
            httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as http,
            pinging(service.url) as paced,
        ):
            before_mb = service.memory_mb
            accepted = _sold(http)
            late = wait_for_leads(receiver, set(accepted), GOOD_WITHIN_S)
            time.sleep(TROUBLE_S)
            grown_mb = service.memory_mb - before_mb
            say(f"in trouble: {dict(server.asked)}, {grown_mb:+.0f} MB")
            server.behaviors.clear()
            came = until(lambda: not _missing(server, accepted), WELL_WITHIN_S)
            books = Books(data / "journal", data / "leadbid.db", receiver)
            books.compare(accepted)
    say.count("attempts", sum(server.asked.values()))
    say.most("MB more", grown_mb)
    say.count(DELIVERIES_LOST, 0 if came else len(_missing(server, accepted)))
    broken = [f"{lead} came late to the CRM that is well" for lead in sorted(late)]
    if server.asked["elsewhere"]:
        broken.append(f"{server.asked['elsewhere']} leads were sent where a CRM sent them")
    if grown_mb > GROWTH_MAX_MB:
        broken.append(f"memory grew by {grown_mb:.0f} MB")
    return [*broken, *sorted(_missing(server, accepted)), *paced.broken(say, PING_MAX_MS), *books.close(say, late)]


def _well(_head: bytes, _body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_TAKEN) + _TAKEN


def _declare(config: Path, port: int) -> None:
    """Each of them is a destination of the campaign that buys everywhere."""
    text, names = config.read_text(), "".join([f', "{name}"' for name in STRANGE])
    campaign, rest = text.split('name = "auto-texas-agents"')
    campaign = campaign.replace('destinations = ["harbor-crm"]', f'destinations = ["harbor-crm"{names}]')
    more = "".join([_DESTINATION.format(name=name, port=port) for name in STRANGE])
    config.write_text(f'{campaign}name = "auto-texas-agents"{rest}{more}')


def _sold(http: httpx.Client) -> dict[str, str]:
    """Some leads, with their bids."""
    accepted: dict[str, str] = {}
    number = 0
    while len(accepted) < LEADS:
        number += 1
        answer = ping(http, someone(number))
        if answer["status"] == "accepted":
            told = post(http, someone(number), answer["ping_id"]).json()
            accepted[told["lead_id"]] = answer["ping_id"]
    return accepted


def _missing(server: StrangeServer, accepted: dict[str, str]) -> list[str]:
    """What the CRMs that misbehaved have not got since."""
    return [
        f"lead {lead_id} never came to {name}"
        for name in STRANGE
        for lead_id in accepted
        if not any(lead_id.encode() in body for body in server.bodies[name])
    ]
