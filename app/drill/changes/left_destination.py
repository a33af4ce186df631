"""Take a destination out of the file while leads wait for it, then its secret; then put the secret back."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from app.drill.drill import DELIVERIES_LOST, Say
from app.drill.kit.market import demo_with_crm, ping, post, someone
from app.drill.kit.service import Service, serve, until
from app.store.delivery.destinations import disable
from app.store.store import Store

PROMISE = "leads of a destination that left are sent by its last definition while its secret exists, and none is lost"
IN_SAMPLE = True

_OLD, _NEW = "harbor-crm", "other-crm"


def drill(folder: Path, say: Say) -> list[str]:
    """Each state must show in the metrics, and the lead must arrive in the end."""
    broken: list[str] = []
    with (
        demo_with_crm(folder / "config") as (config, receiver),
        serve(config, folder / "data") as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):

        def expect(what: str, is_so: Callable[[], bool]) -> None:
            kept = until(is_so)
            say(f"{what}: {'yes' if kept else 'NO'}")
            if not kept:
                broken.append(f"not in time: {what}")

        asyncio.run(_with_store(service, lambda store: _disable(store)))
        who = someone(1)
        lead = post(http, who, ping(http, who)["ping_id"]).json()["lead_id"]
        expect("the disabled destination shows", lambda: _shows(http, "disabled"))
        secret = config.with_name("crm-webhook-secret.txt")
        kept = secret.read_text()
        config.write_text(config.read_text().replace(f'"{_OLD}"', f'"{_NEW}"'))
        expect("the destination that left shows", lambda: _shows(http, "undeclared"))
        secret.unlink()
        expect("the secret that is gone shows", lambda: _shows(http, "unsendable"))
        asyncio.run(_with_store(service, lambda store: store.enable_destination(_OLD, "drill", time.time())))
        time.sleep(2.0)
        if lead in receiver.received().lead_ids:
            broken.append("the lead was sent without its secret")
        secret.write_text(kept)
        expect("the lead arrives", lambda: lead in receiver.received().lead_ids)
        say.count(DELIVERIES_LOST, lead not in receiver.received().lead_ids)
        expect("nothing shows any more", lambda: "deliveries_stuck{" not in http.get("/metrics").text)
    return broken


async def _disable(store: Store) -> None:
    """As a CRM that answered 410 Gone."""
    await store._writer.run(lambda connection: disable(connection, _OLD, "HTTP 410", time.time()))


async def _with_store(service: Service, act: Callable[[Store], object]) -> None:
    store = Store(service.settings.database)
    try:
        await act(store)  # type: ignore[misc]
    finally:
        await store.close()


def _shows(http: httpx.Client, why: str) -> bool:
    return f'leadbid_deliveries_stuck{{destination="{_OLD}",why="{why}"}} 1.0' in http.get("/metrics").text
