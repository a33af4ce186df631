"""A seller reads its own scorecard at a served instance, and its numbers are those of the traffic it sent."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import httpx
import pytest

from app.cli import main
from app.journal.reader import lines
from app.mock_exchange.consumers import post_of
from tests.market import demo_with_crm, patient_ping, someone
from tests.service import Service, serve, until

Json = dict[str, Any]

ACME, BLUEBIRD, CASCADE = "demo-acme-key", "demo-bluebird-key", "demo-cascade-key"
WHEN = {"since": "", "until": ""}


class Player:
    """Sends what sellers send and keeps what they were answered."""

    def __init__(self, service: Service, config: Path) -> None:
        self.service = service
        self.config = config
        self.bids: dict[int, int] = {}
        """Cents that acme was bid for each consumer."""
        self.spend = 0.0
        """Dollars of the lead that was bought of it."""
        self.lines = 0

    def ping(self, number: int, key: str = ACME, path: str = "/v1/ping", **changes: Any) -> Json:
        answer = self.send(path, key, {**patient_ping(someone(number)), **changes})
        if answer["status"] == "accepted" and key == ACME and "test" not in path:
            self.bids[number] = round(100 * answer["price"])
        return answer

    def post(self, number: int, ping_id: str, key: str = ACME, path: str = "/v1/post", **changes: Any) -> Json:
        return self.send(path, key, {**post_of(someone(number), ping_id, time.time()), **changes})

    def send(self, path: str, key: str, body: Json) -> Json:
        self.lines += 1
        answered = httpx.post(self.service.url + path, headers={"X-API-Key": key}, json=body, trust_env=False)
        told: Json = answered.json()
        return told

    def scorecard(self, key: str = ACME, **query: Any) -> httpx.Response:
        """The scorecard, when every line that was played is written."""
        assert until(lambda: sum(1 for _ in lines(self.service.settings.journal)) >= self.lines)
        url = f"{self.service.url}/v1/scorecard"
        return httpx.get(url, headers={"X-API-Key": key}, params=query, trust_env=False)


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """Who played acme's day; the tests that look at it leave acme alone, and one seller each."""
    folder = tmp_path_factory.mktemp("scorecard")
    with demo_with_crm(folder / "config") as (config, _), serve(config, folder / "data") as service:
        player = Player(service, config)
        play(player)
        yield player


def play(player: Player) -> None:
    """A day of acme, with everything that can happen to it once or more."""
    bids = [player.ping(number)["ping_id"] for number in range(1, 7)]
    player.ping(1)
    assert player.ping(7, vertical="boats")["reason_code"] == "unsupported_vertical"
    assert player.ping(8, zip="nowhere")["reason_code"] == "invalid_field"
    tried = player.ping(9, path="/v1/test/ping")
    player.ping(9, path="/v1/test/ping", zip="nowhere")
    assert player.post(9, tried["ping_id"], path="/v1/test/post")["status"] == "accepted"
    assert player.post(9, "none-of-ours", path="/v1/test/post")["reason_code"] == "ping_unknown"
    sold = player.post(1, bids[0])
    assert player.post(1, bids[0]) == sold
    assert player.post(2, bids[1], zip="10001", state="NY")["reason_code"] == "ping_mismatch"
    assert player.post(3, bids[2], trustedform_cert_url="", leadid_token="")["reason_code"] == "consent_missing"
    first = post_of(someone(1), "x", time.time())
    again: Json = {name: first[name] for name in ("phone", "email", "first_name", "last_name")}
    assert player.post(4, bids[3], **again)["status"] == "duplicate"
    assert player.post(5, "none-of-ours")["status"] == "reping"
    where = ["--data", str(player.service.settings.data)]
    assert main(["returns", "add", sold["lead_id"], "--reason", "invalid_phone", "--why", "a fax", *where]) == 0
    answer, headers = f"{player.service.url}/v1/returns/{sold['lead_id']}", {"X-API-Key": ACME}
    httpx.post(answer, headers=headers, json={"answer": "yes"}, trust_env=False).raise_for_status()
    player.spend = sold["price"]


def test_its_numbers_are_those_of_the_traffic(player: Player) -> None:
    answered = player.scorecard()
    assert (answered.status_code, answered.headers["content-type"]) == (200, "application/json")
    card = answered.json()
    latency = card.pop("latency_ms")
    assert all(0.0 < latency[route]["p50"] <= latency[route]["p95"] < 5_000.0 for route in ("ping", "post"))
    assert card.pop("until") > card.pop("since")
    assert card == {
        "seller": "acme",
        "pings": {
            "received": 8,
            "bids": 6,
            "bid_rate": 0.75,
            "average_bid": round(mean(player.bids.values())) / 100,
            "repeats": 1,
            "refused": {"unsupported_vertical": 1, "invalid_field": 1},
        },
        "posts": {
            "received": 5,
            "win_rate": 0.6667,
            "accepted": 1,
            "spend": player.spend,
            "repeats": 1,
            "refused": {"ping_mismatch": 1, "consent_missing": 1, "duplicate": 1, "ping_unknown": 1},
            "mismatched": {"zip": 1, "state": 1},
            "certificate_failures": 1,
            "duplicates": 1,
            "reping": 1,
        },
        "returns": {"leads": 1, "returned": 1, "rate": 1.0, "reasons": {"invalid_phone": 1}},
        "tests": {"pings": 2, "posts": 2},
        "hours_unread": 0,
    }


def test_a_command_says_the_same_with_tables_for_people(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    told = player.scorecard().json()
    where = ["--config", str(player.config), "--data", str(player.service.settings.data)]
    assert main(["scorecard", "acme", "--json", *where]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown | WHEN == told | WHEN
    assert main(["scorecard", "acme", "--days", "1", *where]) == 0
    page = capsys.readouterr().out
    rows = dict(re.findall(r"^ +(\S.*?) {2,}(\S+)$", page, re.MULTILINE))
    assert (rows["pings"], rows["bid rate"], rows["win rate"], rows["return rate"]) == ("8", "75.0%", "66.7%", "100.0%")
    assert (rows["certificate failures"], rows["duplicates"], rows["pinged again"]) == ("1", "1", "1")
    assert (rows["tests left out"], rows["ping_mismatch"], rows["invalid_phone"]) == ("4", "1", "1")
    assert main(["scorecard", "acne", *where]) == 1
    assert "did you mean `acme`?" in capsys.readouterr().err


def test_a_seller_reads_nothing_of_another_and_no_more_than_it_is_told(player: Player) -> None:
    assert player.ping(20, CASCADE, "/v1/ping.json", vertical="boats")["reason_code"] == "policy"
    cascade = player.scorecard(CASCADE, days=1).json()
    assert (cascade["seller"], cascade["pings"]["received"]) == ("cascade", 1)
    assert cascade["pings"]["refused"] == {"policy": 1}
    assert cascade["posts"]["certificate_failures"] is cascade["returns"]["reasons"] is None
    assert player.scorecard(BLUEBIRD, seller="acme").json()["pings"]["received"] == 0


@pytest.mark.parametrize(
    ("key", "days", "status"), [("nobody", 7, 401), (ACME, 0, 400), (ACME, 32, 400), (ACME, "x", 400)]
)
def test_who_asks_wrongly_is_told_so(player: Player, key: str, days: object, status: int) -> None:
    answered = player.scorecard(key, days=days)
    assert answered.status_code == status
    assert answered.json()["reason_code"] == ("auth_failed" if status == 401 else "invalid_field")


def test_the_key_may_stand_wherever_it_may_at_other_doors(player: Player) -> None:
    url = f"{player.service.url}/v1/scorecard"
    bearer = httpx.get(url, headers={"Authorization": f"Bearer {ACME}"}, trust_env=False)
    query = httpx.get(url, params={"api_key": ACME, "days": "31"}, trust_env=False)
    assert bearer.json()["seller"] == query.json()["seller"] == "acme"


def test_a_scorecard_survives_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with demo_with_crm(tmp_path / "config") as (config, _):
        with serve(config, data) as service:
            before = Player(service, config)
            before.ping(1)
            told = before.scorecard().json()
        with serve(config, data) as service:
            after = Player(service, config)
            after.lines = before.lines
            again = after.scorecard().json()
    assert told["pings"]["received"] == 1
    assert again | WHEN == told | WHEN


def test_a_list_of_sellers_has_their_last_day(player: Player, capsys: pytest.CaptureFixture[str]) -> None:
    player.scorecard()
    where = ["--config", str(player.config), "--data", str(player.service.settings.data)]
    assert main(["suspend", "bluebird", "--why", "late payments", *where[2:]]) == 0
    capsys.readouterr()
    assert main(["sellers", "list", "--json", *where]) == 0
    listed = {each["seller"]: each for each in json.loads(capsys.readouterr().out)}
    acme = listed["acme"]
    assert (acme["mode"], acme["status"], acme["pings"], acme["bids"], acme["sales"]) == ("live", "open", 8, 6, 1)
    assert listed["bluebird"]["status"] == "suspended: late payments"
    assert main(["sellers", "list", *where]) == 0
    assert "Acme Leads" in capsys.readouterr().out
