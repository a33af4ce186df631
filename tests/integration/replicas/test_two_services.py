"""Two services on one PostgreSQL, asked over HTTP: what is done through one holds at the other soon afterwards.

That this takes less than a second is measured by the drill `replicas_killed`, on a machine that does nothing else.
"""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from app.settings import Settings, load_keys
from app.store.migrate import migrate
from tests.market import KEY, demo_with_crm, ping, post, someone
from tests.service import serve, until

OPERATOR = {"X-API-Key": "demo-operator-key"}


@pytest.fixture
def both(tmp_path: Path, own_postgres_url: str) -> Iterator[list[httpx.Client]]:
    """A client of each."""
    migrate(own_postgres_url)
    with demo_with_crm(tmp_path / "config") as (config, _):
        keys = tmp_path / "keys"
        load_keys(Settings(config=config, data=tmp_path / "first", keys_dir=keys), os.urandom)
        where = {"database_url": own_postgres_url, "keys": keys}
        with (
            serve(config, tmp_path / "first", **where) as first,  # type: ignore[arg-type]
            serve(config, tmp_path / "second", **where) as second,  # type: ignore[arg-type]
            httpx.Client(base_url=first.url, trust_env=False) as http,
            httpx.Client(base_url=second.url, trust_env=False) as other,
        ):
            yield [http, other]


def test_a_pause_and_a_sale_through_one_hold_at_the_other(both: list[httpx.Client]) -> None:
    first, second = both
    # A repeated ping gets the bid that it had before.
    new = map(someone, count(2))
    who = someone(1)
    bid = ping(first, who)["ping_id"]
    # Any replica takes the post of any bid.
    assert post(second, who, bid).json()["status"] == "accepted"
    assert until(lambda: ping(first, who)["reason_code"] in ("duplicate", "ping_used"))
    assert first.put("/v1/pauses/acme", headers=OPERATOR, json={"why": "invoice"}).status_code == 200
    assert until(lambda: ping(second, next(new))["reason_code"] == "paused")
    assert second.delete("/v1/pauses/acme", headers=OPERATOR).status_code == 200
    assert until(lambda: ping(first, next(new))["reason_code"] != "paused")
    assert post(first, who, bid).json() == post(second, who, bid).json()
    assert first.get("/v1/posts/" + bid, headers=KEY).status_code == 200
