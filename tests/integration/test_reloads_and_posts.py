"""A bid outlives every reload: its post is judged by what its ping was judged by, also after a restart."""

import os
import time
from pathlib import Path

import httpx
import pytest

from app.asgi import World
from app.settings import Settings, load_keys
from app.store.migrate import migrate
from tests.reloads import CASES, config_text, in_force, ping, post
from tests.service import Service, serve, until

EXPECTED = {case.name: case.becomes for case in CASES}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "buyer.toml"
    path.write_text(config_text(after=False, lifetime="600s"))
    return path


def test_every_post_is_judged_by_what_its_ping_was_judged_by(config: Path, tmp_path: Path) -> None:
    """While the service runs and after a restart. The lifetime shrinks to five seconds as well."""
    ahead_s = [0.0]
    world = World(clock=lambda: time.time() + ahead_s[0])
    with serve(config, tmp_path / "data", world=world) as service, client(service) as http:
        bids = [bids_for_all(http, number) for number in (1, 2)]
        before = in_force(http)
        config.write_text(config_text(after=True, lifetime="5s"))
        assert until(lambda: in_force(http) != before)
        ahead_s[0] = 30.0
        assert outcomes(http, 1, bids[0]) == EXPECTED
        assert {case.name: ping(http, case, 3)["reason_code"] for case in CASES if case.after.seller is None} == {
            case.name: "auth_failed" for case in CASES if case.after.seller is None
        }
    ahead_s[0] = 60.0
    with serve(config, tmp_path / "data", world=world) as service, client(service) as http:
        assert outcomes(http, 2, bids[1]) == EXPECTED
    ahead_s[0] = 3_600.0
    with serve(config, tmp_path / "data", world=world) as service, client(service) as http:
        removed = next(case for case in CASES if case.name == "seller-removed")
        assert post(http, removed, 2, bids[1][removed.name]) == "auth_failed"


def test_replicas_that_reload_at_different_moments_honor_each_others_bids(
    config: Path, tmp_path: Path, own_postgres_url: str
) -> None:
    migrate(own_postgres_url)
    replicas = [tmp_path / "one", tmp_path / "two"]
    load_keys(Settings(config=config, data=replicas[0]), os.urandom)
    later = tmp_path / "later.toml"
    later.write_text(config_text(after=True, lifetime="600s"))
    with (
        serve(config, replicas[0], database_url=own_postgres_url, keys=replicas[0] / "keys") as one,
        serve(later, replicas[1], database_url=own_postgres_url, keys=replicas[0] / "keys") as two,
        client(one) as former,
        client(two) as latter,
    ):
        bids = bids_for_all(former, 1)
        assert outcomes(latter, 1, bids) == EXPECTED
        case = CASES[0]
        ahead = ping(latter, case, 7)["ping_id"]
        assert post(former, case, 7, ahead) == "accepted"


def client(service: Service) -> httpx.Client:
    return httpx.Client(base_url=service.url, trust_env=False, timeout=30.0)


def bids_for_all(http: httpx.Client, number: int) -> dict[str, str]:
    """A bid for a lead of every case."""
    answers = {case.name: ping(http, case, number) for case in CASES}
    assert {name: answer["reason"] for name, answer in answers.items() if answer["status"] != "accepted"} == {}
    return {name: answer["ping_id"] for name, answer in answers.items()}


def outcomes(http: httpx.Client, number: int, bids: dict[str, str]) -> dict[str, str]:
    return {case.name: post(http, case, number, bids[case.name]) for case in CASES}
