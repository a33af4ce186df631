"""A destination that is declared no more while leads wait for it: said, counted, served, and moved by command."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from app.config.destinations import secrets_of
from app.domain.delivery.destination import Destination
from app.domain.delivery.destination_auth import BearerAuth
from app.store.configurations import InForce
from app.store.delivery.deliveries import Which
from app.store.delivery.destinations import disable
from app.store.store import Store
from app.telemetry.metrics import Metrics
from app.usecases.reload.left_destinations import LeftDestinations
from tests.integration.store.world import NOW, a_sale, in_store, refused
from tests.market import demo_with_crm, ping, post, someone
from tests.reloads import command, in_force
from tests.service import Service, serve, until

OLD, NEW = "harbor-crm", "other-crm"


async def in_its_store(service: Service, act: Callable[[Store], object]) -> object:
    store = Store(service.settings.database)
    try:
        result = act(store)
        return await result if asyncio.iscoroutine(result) else result
    finally:
        await store.close()


def hold_back(service: Service) -> None:
    """As a CRM that answered 410 Gone: its leads wait."""
    act = lambda store: store._writer.run(lambda c: disable(c, OLD, "HTTP 410", time.time()))  # noqa: E731
    asyncio.run(in_its_store(service, act))


def webhook_ids(service: Service) -> set[str]:
    rows = asyncio.run(in_its_store(service, lambda store: store.deliveries(Which())))
    return {f"msg_{row.delivery_id}" for row in rows}  # type: ignore[attr-defined]


def bought(http: httpx.Client, number: int) -> str:
    who = someone(number)
    answer = post(http, who, ping(http, who)["ping_id"]).json()
    assert answer["status"] == "accepted"
    return str(answer["lead_id"])


def rename(config: Path, http: httpx.Client) -> None:
    """From now on the campaigns send elsewhere, and the old destination is gone from the file."""
    before = in_force(http)
    config.write_text(config.read_text().replace(f'"{OLD}"', f'"{NEW}"'))
    assert until(lambda: in_force(http) != before)


def test_a_destination_that_left_is_said_and_counted_once_on_its_way_in_and_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With its secret there, then gone, then there again; `make drill` does so under a live service."""
    caplog.set_level(logging.INFO)
    secret = tmp_path / "secret.txt"
    crm = Destination(name="crm", url="https://crm.example/leads", auth=BearerAuth(token="file:secret.txt"))
    metrics, url = Metrics(), f"sqlite:///{tmp_path / 'leadbid.db'}"
    taken = InForce(
        config_hash="0" * 16,
        definition=b"",
        destinations=(("crm", msgspec.msgpack.encode(crm)),),
        sellers=(),
        former="",
        changes=(),
    )

    async def scene(store: Store) -> None:
        left = LeftDestinations(store, lambda each: secrets_of(each, tmp_path / "buyer.toml", {}), metrics)
        await store.put_in_force(taken, NOW)
        await store.sell(a_sale(1), refused)
        await left.look(["crm"])
        assert (left.targets, (await metrics.text()).count(b"deliveries_stuck{")) == ({}, 0)
        for content, why in ((None, "unsendable"), ("one", "undeclared"), ("", "unsendable"), ("two", "undeclared")):
            secret.unlink(missing_ok=True) if content is None else secret.write_text(content)
            await left.look(["dialer"])
            assert set(left.targets) == ({"crm"} if why == "undeclared" else set())
            assert f'deliveries_stuck{{destination="crm",why="{why}"}} 1.0' in (await metrics.text()).decode()
            await left.look(["dialer"])
        await store.move_deliveries("crm", "dialer", "ada", NOW)
        await left.look(["dialer"])
        assert (left.targets, (await metrics.text()).count(b"deliveries_stuck{")) == ({}, 0)

    in_store(url, scene)
    said = [record.getMessage() for record in caplog.records if "destination crm" in record.getMessage()]
    assert [text.split()[0] for text in said] == ["1", "1", "no", "1", "no", "1", "no", "no"]
    assert "they are sent by its last definition; `leadbid deliveries move crm TO`" in said[1]
    assert "cannot be read" in said[0]


def test_leads_of_a_destination_that_left_are_moved_under_the_same_webhook_id(tmp_path: Path) -> None:
    with (
        demo_with_crm(tmp_path / "config") as (config, receiver),
        serve(config, tmp_path / "data") as service,
        httpx.Client(base_url=service.url, trust_env=False) as http,
    ):
        data = ["--data", str(service.settings.data)]
        hold_back(service)
        lead = bought(http, 1)
        ids = webhook_ids(service)
        rename(config, http)
        code, said = command("deliveries", "list", *data)
        assert (code, f"1 lead waits for {OLD}, which is not declared" in said) == (0, True)
        code, said = command("check", "--config", str(config), *data)
        assert (code, f"1 lead waits for {OLD}, which is not declared" in said) == (0, True)
        assert command("deliveries", "move", OLD, "nowhere", *data)[0] == 1
        code, said = command("deliveries", "move", OLD, NEW, *data)
        assert (code, "Nothing was moved" in said) == (0, True)
        assert lead not in receiver.received().lead_ids
        assert command("deliveries", "move", OLD, NEW, "--yes", *data) == (0, f"1 delivery will be sent to {NEW}\n")
        assert until(lambda: lead in receiver.received().lead_ids)
        assert webhook_ids(service) == ids
        assert command("deliveries", "move", OLD, NEW, "--yes", *data)[0] == 1


def test_a_check_beside_a_service_tells_what_a_file_would_change(tmp_path: Path) -> None:
    with demo_with_crm(tmp_path / "config") as (config, _):
        with serve(config, tmp_path / "data"):
            pass
        data = ["--data", str(tmp_path / "data")]
        assert "Against configuration" not in command("check", "--config", str(config), *data)[1]
        config.write_text(config.read_text().replace("ceiling = 45.00", "ceiling = 44.00"))
        code, said = command("check", "--config", str(config), *data)
        assert (code, "campaign auto-anywhere: ceiling $45.00 -> $44.00" in said) == (0, True)
