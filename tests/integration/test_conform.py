"""Every platform understands us, and the kit says so; a buyer with a fault is told which, by the id of the check."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.mock_exchange.conformance.checks import CHECKS
from app.platforms.known import PARSERS
from tests.service import DEMO_CONFIG, Service, serve

Capture = pytest.CaptureFixture[str]

FAULTS = {
    "spaces": "ping_bid",
    "list at the root": "answer_shape",
    "no content type": "answer_shape",
    "half a cent": "price_exact",
    "says accepted in a refusal": "ping_refused",
    "forgets its bid": "ping_repeated",
    "another price": "post_sold",
    "sells a retry anew": "post_repeated",
    "knows nobody": "person_known",
    "takes any bid": "bid_unknown",
    "breaks": "request_broken",
    "knows no keys": "key_wrong",
    "drops a broken request": "request_broken",
    "drops the sale": "post_sold",
}
"""What is wrong with a buyer, and the id of the first check that must say so."""


class Buyer(ThreadingHTTPServer):
    """A stranger's endpoint in the generic dialect: as it should be, but for one fault."""

    daemon_threads = True

    def __init__(self, fault: str) -> None:
        super().__init__(("127.0.0.1", 0), Route)
        self.fault = fault
        self.bids: dict[str, str] = {}
        self.sold: dict[str, tuple[str, dict[str, Any]]] = {}
        self.people: set[str] = set()


class Route(BaseHTTPRequestHandler):
    server: Buyer

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.server.fault
        if self.headers["X-API-Key"] != "key" and fault != "knows no keys":
            return self._say(401, {"status": "rejected", "reason": "no key of ours"})
        try:
            lead = json.loads(body)
        except ValueError:
            if fault == "drops a broken request":
                return None
            if fault == "breaks":
                return self._say(500, {})
            return self._say(400, {"status": "rejected", "reason": "not JSON"})
        return self._ping(lead) if self.path.endswith("ping") else self._post(lead)

    def _ping(self, lead: dict[str, Any]) -> None:
        fault, bids = self.server.fault, self.server.bids
        if lead.get("min_price", 0) > 100:
            reason = "not accepted" if fault == "says accepted in a refusal" else "too dear"
            return self._say(200, {"status": "rejected", "price": 0, "reason": reason})
        key = secrets.token_hex(4) if fault == "forgets its bid" else lead["seller_lead_id"]
        price = 12.5 + len(bids) if fault == "forgets its bid" else 12.5
        ping_id = bids.setdefault(key, secrets.token_hex(8))
        text = "12.345" if fault == "half a cent" else f"{price:.2f}"
        return self._say(200, {"status": "accepted", "ping_id": ping_id, "price": text})

    def _post(self, lead: dict[str, Any]) -> None:
        fault, sold = self.server.fault, self.server.sold
        if fault == "drops the sale":
            return None
        ping_id, phone = lead["ping_id"], lead["phone"]
        if ping_id not in self.server.bids.values() and fault != "takes any bid":
            return self._say(200, {"status": "reping", "reason": "no such bid"})
        if ping_id in sold and fault != "sells a retry anew":
            who, answer = sold[ping_id]
            return self._say(200, answer if who == phone else {"status": "rejected", "reason": "used"})
        if phone in self.server.people and fault not in ("knows nobody", "sells a retry anew"):
            return self._say(200, {"status": "duplicate", "reason": "we have this person"})
        price = "11.00" if fault == "another price" else "12.50"
        answer = {"status": "accepted", "lead_id": secrets.token_hex(8), "price": price}
        sold[ping_id] = (phone, answer)
        self.server.people.add(phone)
        return self._say(200, answer)

    def _say(self, status: int, answer: dict[str, Any]) -> None:
        fault = self.server.fault
        body: Any = [answer] if fault == "list at the root" else answer
        separators = (", ", ": ") if fault == "spaces" else (",", ":")
        text = json.dumps(body, separators=separators).encode()
        self.send_response(status)
        if fault != "no content type":
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@contextmanager
def answering(fault: str) -> Iterator[str]:
    with Buyer(fault) as buyer:
        thread = threading.Thread(target=buyer.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{buyer.server_port}"
        buyer.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(DEMO_CONFIG, tmp_path_factory.mktemp("conform")) as service:
        yield service


@pytest.mark.parametrize("dialect", sorted(PARSERS))
def test_every_platform_understands_us(dialect: str, service: Service, capsys: Capture) -> None:
    status = main(["conform", "--target", service.url, "--dialect", dialect, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert [result for result in told["dialects"][dialect] if not result["passed"]] == []
    assert (status, told["passed"]) == (0, True)
    assert {result["id"]: result["case"] for result in told["dialects"][dialect]} == CHECKS


def test_another_buyer_without_a_fault_passes(capsys: Capture) -> None:
    with answering("") as url:
        status = main(["conform", "--target", url, "--dialect", "generic", "--key", "key"])
    told = capsys.readouterr().out
    assert status == 0, told
    assert "FAIL" not in told


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_name(fault: str, capsys: Capture) -> None:
    with answering(fault) as url:
        status = main(["conform", "--target", url, "--dialect", "generic", "--key", "key", "--json"])
    results = json.loads(capsys.readouterr().out)["dialects"]["generic"]
    failed = [result["id"] for result in results if not result["passed"]]
    assert status == 1
    assert failed[0] == FAULTS[fault], results
    assert [result["id"] for result in results] == list(CHECKS)


def test_nobody_at_home_is_no_verdict(capsys: Capture, tmp_path: Path) -> None:
    assert main(["conform", "--target", "http://127.0.0.1:9", "--dialect", "generic"]) == 2
    assert "no answer" in capsys.readouterr().err
    assert main(["conform", "--target", str(tmp_path)]) == 2
    assert "is not a URL" in capsys.readouterr().err
