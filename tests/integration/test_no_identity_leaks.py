"""Whatever a full run writes, the people it bought and the people it did not buy are nowhere in it in plain."""

from pathlib import Path

import httpx

from app.mock_exchange.consumers import Consumer
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


def test_the_crm_gets_the_whole_person(tmp_path: Path) -> None:
    who = someone(4)
    with demo_with_crm(tmp_path / "config") as (config, receiver), serve_process(config, tmp_path / "data") as service:
        with httpx.Client(base_url=service.url, trust_env=False) as http:
            sale = post(http, who, ping(http, who)["ping_id"]).json()
        assert not wait_for_leads(receiver, {sale["lead_id"]})
    body = next(iter(receiver.kept.values())).body.lower()
    assert all(trace in body for trace in (who.phone.encode(), who.email.encode(), who.address.lower().encode()))


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
