"""A seller's scorecard says what was played, to the seller with its key and to the buyer by command."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli import main
from app.mock_exchange.consumers import ping_of, post_of
from tests.market import demo_with_crm, someone
from tests.service import Service, serve

KEYS = {"acme": "demo-acme-key", "cascade": "demo-cascade-key"}


class Played:
    """A service and what was sent to it."""

    def __init__(self, service: Service, config: Path, data: Path) -> None:
        self.service, self.config, self.data = service, config, data

    def send(self, door: str, body: dict[str, Any], seller: str = "acme") -> dict[str, Any]:
        headers = {"X-API-Key": KEYS[seller], "Accept": "application/json"}
        url = f"{self.service.url}/v1/{door}"
        answer: dict[str, Any] = httpx.post(url, json=body, headers=headers, trust_env=False).json()
        return answer

    def card(self, seller: str = "acme", query: str = "") -> httpx.Response:
        url = f"{self.service.url}/v1/scorecard{query}"
        return httpx.get(url, headers={"X-API-Key": KEYS[seller]}, trust_env=False)


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    """Two sales, a retry, a post that differs, a duplicate, three refused pings, a repeat and a test."""
    with (
        demo_with_crm(tmp_path / "config") as (config, _),
        serve(config, tmp_path / "data") as service,
    ):
        played = Played(service, config, tmp_path / "data")
        now = time.time()
        for number in (1, 2):
            who = someone(number)
            bid = played.send("ping", ping_of(who, now))
            post = post_of(who, bid["ping_id"], now)
            assert played.send("post", post)["status"] == "accepted"
        assert played.send("post", post)["status"] == "accepted"
        who = someone(3)
        ping = ping_of(who, now)
        bid = played.send("ping", ping)
        assert played.send("ping", ping)["ping_id"] == bid["ping_id"]
        differing = {**post_of(who, bid["ping_id"], now), "zip": "10001", "state": "NY"}
        assert played.send("post", differing)["reason_code"] == "ping_mismatch"
        for _ in range(3):
            played.send("ping", {**ping, "vertical": "pet_insurance"})
        played.send("test/ping", ping_of(someone(4), now))
        time.sleep(0.6)
        yield played


def test_the_numbers_are_those_of_the_traffic(played: Played) -> None:
    card = played.card().json()
    assert card["seller"] == "acme"
    assert (card["pings"]["received"], card["pings"]["bids"], card["pings"]["repeats"]) == (6, 3, 1)
    assert card["pings"]["bid_rate"] == 0.5
    assert card["pings"]["refused"] == {"unsupported_vertical": 3}
    posts = card["posts"]
    assert (posts["received"], posts["accepted"], posts["repeats"]) == (3, 2, 1)
    assert posts["win_rate"] == 1.0
    assert posts["refused"] == {"ping_mismatch": 1}
    assert set(posts["mismatched"]) == {"zip", "state"}
    assert posts["spend"] > 0
    assert card["returns"] == {"leads": 2, "returned": 0, "rate": 0.0, "reasons": {}}
    assert card["tests"] == {"pings": 1, "posts": 0}
    assert card["latency_ms"]["ping"]["p50"] > 0
    assert card["hours_unread"] == 0


def test_a_seller_sees_its_own_alone_and_no_more_than_it_is_told(played: Played) -> None:
    now = time.time()
    played.send("ping", {**ping_of(someone(9), now), "vertical": "pet_insurance"}, "cascade")
    time.sleep(0.6)
    card = played.card("cascade").json()
    assert card["seller"] == "cascade"
    assert card["pings"]["received"] == 1
    assert card["pings"]["refused"] == {"policy": 1}
    assert card["returns"]["reasons"] is None


@pytest.mark.parametrize("query", ["?days=0", "?days=32", "?days=week"])
def test_days_that_cannot_be_are_refused_by_name(played: Played, query: str) -> None:
    answer = played.card(query=query)
    assert answer.status_code == 400
    assert "days: a whole number from 1 to 31" in answer.json()["reason"]


def test_nobody_reads_one_without_a_key(played: Played) -> None:
    assert httpx.get(f"{played.service.url}/v1/scorecard", trust_env=False).status_code == 401


def test_the_buyer_reads_the_same_by_command(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--config", str(played.config), "--data", str(played.data)]
    assert main(["scorecard", "acme", "--json", *where]) == 0
    told = json.loads(capsys.readouterr().out)
    card = played.card().json()
    assert {name: told[name] for name in ("pings", "posts", "returns", "tests")} == {
        name: card[name] for name in ("pings", "posts", "returns", "tests")
    }
    assert main(["scorecard", "acme", *where]) == 0
    page = capsys.readouterr().out
    assert "unsupported_vertical" in page
    assert "Differing from the ping" in page
    assert main(["scorecard", "acne", *where]) == 1
    assert "acme" in capsys.readouterr().err


def test_a_list_of_sellers_has_their_last_day(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--config", str(played.config), "--data", str(played.data)]
    assert main(["sellers", "suspend", "cascade", "--reason", "late payments", *where]) == 0
    capsys.readouterr()
    assert main(["sellers", "list", "--json", *where]) == 0
    listed = {each["seller"]: each for each in json.loads(capsys.readouterr().out)}
    assert (listed["acme"]["mode"], listed["acme"]["status"], listed["acme"]["sales"]) == ("live", "open", 2)
    assert listed["cascade"]["status"] == "suspended: late payments"
    assert main(["sellers", "list", *where]) == 0
    assert "Acme Leads" in capsys.readouterr().out
