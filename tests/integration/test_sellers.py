"""A seller that a command adds, gives new keys or suspends is what it was made within a running service's seconds."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app.cli import main
from app.mock_exchange.consumers import post_of
from tests.market import demo_with_crm, patient_ping, someone
from tests.service import Service, serve

WITHIN_S = 60.0
Said = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    with demo_with_crm(tmp_path / "config") as (config, _):
        yield config


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def said(config: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command about sellers says that does its work."""

    def run(*words: str) -> str:
        assert main(["sellers", *words, "--config", str(config)]) == 0
        return capsys.readouterr().out

    return run


def key_in(text: str) -> str:
    (key,) = set(re.findall(r"\b[a-z2-7]{40}\b", text))
    return str(key)


def code(service: Service, key: str, number: int) -> str:
    """The reason code that this consumer's ping gets under a key, empty for a bid."""
    told: str = asked(service, key, number)["reason_code"]
    return told


def asked(service: Service, key: str, number: int) -> dict[str, str]:
    body = patient_ping(someone(number))
    answered: dict[str, str] = _post(service, "/v1/ping", key, body)
    return answered


def sold(service: Service, key: str, number: int) -> dict[str, str]:
    """The answer to the post of a ping that gets a bid."""
    ping_id = asked(service, key, number)["ping_id"]
    return _post(service, "/v1/post", key, post_of(someone(number), ping_id, time.time()))


def _post(service: Service, path: str, key: str, body: object) -> dict[str, str]:
    answered = httpx.post(service.url + path, headers={"X-API-Key": key}, json=body, trust_env=False)
    told: dict[str, str] = answered.json()
    return told


def until(is_so: Callable[[int], bool], first: int) -> int:
    """The number of the consumer, from the first, at which something is so; each is another's."""
    ends = time.monotonic() + WITHIN_S
    number = first
    while not is_so(number):
        assert time.monotonic() < ends
        number += 1
        # A reload takes a second or two, and each try costs one that waits for it.
        time.sleep(0.2)
    return number


def test_a_seller_added_to_a_running_service_tests_and_then_sells(config: Path, data: Path, said: Said) -> None:
    with serve(config, data) as service:
        key = key_in(said("add", "delta"))
        until(lambda number: code(service, key, number) == "", 1)
        assert sold(service, key, 200)["status"] == "accepted"
        assert _sales(service, "delta") == 0
        said("go-live", "delta")
        until(lambda number: sold(service, key, number)["status"] == "accepted" and _sales(service, "delta") > 0, 300)


def test_an_old_key_works_after_rotation_and_not_after_dropping(config: Path, data: Path, said: Said) -> None:
    with serve(config, data) as service:
        first = key_in(said("add", "delta", "--live"))
        until(lambda number: code(service, first, number) == "", 1)
        second = key_in(said("rotate-key", "delta"))
        until(lambda number: code(service, second, number) == "", 100)
        assert code(service, first, 200) == ""
        said("drop-old-keys", "delta")
        until(lambda number: code(service, first, number) == "auth_failed", 300)
        assert code(service, second, 400) == ""


def test_a_suspended_seller_is_refused_as_paused_until_it_is_resumed(config: Path, data: Path, said: Said) -> None:
    where = ("--data", str(data))
    with serve(config, data) as service:
        key = key_in(said("add", "delta", "--live"))
        until(lambda number: code(service, key, number) == "", 1)
        assert main(["suspend", "delta", "--why", "unpaid returns", *where]) == 0
        until(lambda number: code(service, key, number) == "paused", 100)
        assert code(service, "demo-acme-key", 200) == ""
    with serve(config, data) as service:
        assert code(service, key, 300) == "paused"
        assert main(["resume", "delta", *where]) == 0
        until(lambda number: code(service, key, number) == "", 400)


def _sales(service: Service, seller: str) -> int:
    sales = re.findall(rf'leadbid_sales_total{{campaign="[^"]+",seller="{seller}"}} (\d+)', _metrics(service))
    return sum(map(int, sales))


def _metrics(service: Service) -> str:
    return httpx.get(f"{service.url}/metrics", trust_env=False).text


def test_a_live_bid_is_honoured_where_its_seller_is_put_to_the_test_meanwhile(config: Path, data: Path) -> None:
    key = "demo-acme-key"
    with serve(config, data) as service:
        ping_id = asked(service, key, 1)["ping_id"]
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace('name = "acme"\n', 'name = "acme"\nmode = "test"\n'), encoding="utf-8")
        # Only a test is told of a cap by this ZIP code.
        rehearsed = {**patient_ping(someone(2)), "zip": "00020"}
        until(lambda _: _post(service, "/v1/ping", key, rehearsed)["reason_code"] == "cap_reached", 1)
        assert _post(service, "/v1/post", key, post_of(someone(1), ping_id, time.time()))["status"] == "accepted"
        assert _sales(service, "acme") == 1
