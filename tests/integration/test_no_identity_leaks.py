"""Whatever a full run writes, the people it bought and the people it did not buy are nowhere in it in plain."""

import time
from pathlib import Path

import httpx

from app.mock_exchange.consumers import Consumer, ping_of
from tests.market import KEY, demo_with_crm, ping, post, someone, wait_for_leads
from tests.service import serve_process


def test_no_file_holds_a_person_in_plain(tmp_path: Path) -> None:
    bought, lost, rude = someone(1), someone(2), someone(3)
    with demo_with_crm(tmp_path / "config") as (config, receiver), serve_process(config, tmp_path / "data") as service:
        with httpx.Client(base_url=service.url, trust_env=False) as http:
            sale = post(http, bought, ping(http, bought)["ping_id"]).json()
            ping(http, lost)
            _tell_too_much(http, rude)
            _break(http, rude)
            metrics = http.get("/metrics").text
        assert not wait_for_leads(receiver, {sale["lead_id"]})
    written = {path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()}
    written[Path("metrics")] = metrics.encode()
    assert any(path.suffix == ".db" for path in written)
    assert any(path.suffix == ".jsonl" for path in written)
    traces = [trace for who in (bought, lost, rude) for trace in _traces(who)]
    found = [(path.name, trace) for path, content in written.items() for trace in traces if trace in content.lower()]
    assert found == []


def test_no_file_holds_a_certificate_or_a_token_of_a_ping(tmp_path: Path) -> None:
    bought, lost, odd = someone(5), someone(6), someone(7)
    sent = [name for who in (bought, lost, odd) for name in _certificates(who)] + [PING_URL.rpartition("/")[2]]
    with demo_with_crm(tmp_path / "config") as (config, receiver), serve_process(config, tmp_path / "data") as service:
        with httpx.Client(base_url=service.url, trust_env=False) as http:
            sale = post(http, bought, ping(http, bought)["ping_id"]).json()
            ping(http, lost)
            for fields in _everywhere(odd):
                assert (
                    http.post("/v1/ping", headers=KEY, json={**ping_of(odd, time.time()), **fields}).status_code < 500
                )
            written = {Path("metrics"): http.get("/metrics").content}
        assert not wait_for_leads(receiver, {sale["lead_id"]})
    written |= {path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert sum(b'"kind":"ping"' in content for content in written.values()) == 1
    found = [
        (path.name, name) for path, content in written.items() for name in sent if name.encode() in content.lower()
    ]
    assert found == []


def test_the_crm_gets_the_whole_person(tmp_path: Path) -> None:
    who = someone(4)
    with demo_with_crm(tmp_path / "config") as (config, receiver), serve_process(config, tmp_path / "data") as service:
        with httpx.Client(base_url=service.url, trust_env=False) as http:
            sale = post(http, who, ping(http, who)["ping_id"]).json()
        assert not wait_for_leads(receiver, {sale["lead_id"]})
    body = next(iter(receiver.kept.values())).body.lower()
    assert all(trace in body for trace in (who.phone.encode(), who.email.encode(), who.address.lower().encode()))


PING_URL = "https://ping.trustedform.com/0.abcdefghij.klmnopqrst.uvwxyz012345"


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
