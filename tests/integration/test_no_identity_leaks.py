"""Whatever a full run writes, the people it bought and the people it did not buy are nowhere in it in plain."""

import time
from dataclasses import dataclass

import httpx
import pytest

from app.mock_exchange.consumers import Consumer, ping_of
from tests.market import KEY, demo_with_crm, ping, post, someone, wait_for_leads
from tests.service import serve_process

PING_URL = "https://ping.trustedform.com/0.abcdefghij.klmnopqrst.uvwxyz012345"
BOUGHT, LOST, RUDE, ODD = map(someone, range(1, 5))


@dataclass(frozen=True)
class Run:
    """What a run wrote, its metrics among that, and what its CRM got."""

    written: dict[str, bytes]
    delivered: bytes


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A sale, a bid that was lost, and sellers that tell people, certificates and tokens wherever they can."""
    folder = tmp_path_factory.mktemp("run")
    with demo_with_crm(folder / "config") as (config, receiver), serve_process(config, folder / "data") as service:
        with httpx.Client(base_url=service.url, trust_env=False) as http:
            sale = post(http, BOUGHT, ping(http, BOUGHT)["ping_id"]).json()
            ping(http, LOST)
            _tell_too_much(http, RUDE)
            _break(http, RUDE)
            for fields in _everywhere(ODD):
                body = {**ping_of(ODD, time.time()), **fields}
                assert http.post("/v1/ping", headers=KEY, json=body).status_code < 500
            metrics = http.get("/metrics").content
        assert not wait_for_leads(receiver, {sale["lead_id"]})
    written = {str(path): path.read_bytes() for path in (folder / "data").rglob("*") if path.is_file()}
    assert any(name.endswith(".db") for name in written)
    assert sum(b'"kind":"ping"' in content for content in written.values()) == 1
    return Run(written | {"metrics": metrics}, next(iter(receiver.kept.values())).body.lower())


def test_no_file_holds_a_person_in_plain(run: Run) -> None:
    assert found(run, [trace for who in (BOUGHT, LOST, RUDE) for trace in _traces(who)]) == []


def test_no_file_holds_a_certificate_or_a_token_of_a_ping(run: Run) -> None:
    names = [name for who in (BOUGHT, LOST, ODD) for name in _certificates(who)] + [PING_URL.rpartition("/")[2]]
    assert found(run, [name.encode() for name in names]) == []


def test_the_crm_gets_the_whole_person(run: Run) -> None:
    for trace in (BOUGHT.phone, BOUGHT.email, BOUGHT.address):
        assert trace.lower().encode() in run.delivered


def found(run: Run, traces: list[bytes]) -> list[tuple[str, bytes]]:
    """Which of these stand in what was written, and where."""
    return [(name, trace) for name, content in run.written.items() for trace in traces if trace in content.lower()]


def _certificates(who: Consumer) -> list[str]:
    return [who.trustedform_cert_url.rpartition("/")[2].lower(), who.leadid_token.lower()]


def _everywhere(who: Consumer) -> list[dict[str, str]]:
    """A certificate under names, in forms and in places in which sellers put it."""
    url, token = who.trustedform_cert_url, who.leadid_token
    name = url.rpartition("/")[2]
    return [
        {"seller_lead_id": token, "sub_id": name},
        {"seller_lead_id": f"A-{name}", "sub_id": f"src {token.upper()}", "landing_page": f"https://q.example/{name}"},
        {"trustedform_cert_url": f"{url}?e=1", "leadid_token": f"{token}x", "seller_lead_id": "A-1"},
        {
            "trustedform_cert_url": "",
            "xxTrustedFormPingUrl": PING_URL,
            "jornaya_leadid": token,
            "seller_lead_id": "A-2",
        },
        {"trustedform_cert_url": name.upper(), "an_unknown_field": url, "seller_lead_id": "A-3"},
    ]


def _tell_too_much(http: httpx.Client, who: Consumer) -> None:
    """A seller that puts the person into its ping, in every place it can think of."""
    body = {
        "vertical": who.vertical,
        "zip": who.zip,
        "phone": who.phone,
        "email": who.email,
        "address": who.address,
        "seller_lead_id": who.email,
        "sub_id": who.phone,
        "landing_page": f"https://www.autoratefinder.example/?email={who.email}",
        who.email: "1",
        **who.fields,
    }
    assert "warnings" in http.post(f"/v1/ping?phone={who.phone}", headers=KEY, json=body).json()


def _break(http: httpx.Client, who: Consumer) -> None:
    """Bodies and paths that cannot be read, with the person in them."""
    http.post("/v1/ping", headers=KEY, content=f'{{"email": "{who.email}", "phone": "{who.phone}')
    http.post("/v1/post", headers=KEY, content=f"<lead><email>{who.email}</email><phone>{who.phone}")
    http.get(f"/v1/posts/{who.email}", headers=KEY)
    http.get(f"/nowhere/{who.phone}")


def _traces(who: Consumer) -> list[bytes]:
    area, exchange, line = who.phone[:3], who.phone[3:6], who.phone[6:]
    phones = [who.phone, f"{area}-{exchange}-{line}", f"({area}) {exchange}-{line}", f"{area}.{exchange}.{line}"]
    return [trace.lower().encode() for trace in (*phones, who.email, who.address)]
