"""A buyer returns leads to a seller of a served instance: it answers, and bids have their room again at once."""

import base64
import json
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.cli import main
from app.mock_exchange.consumers import ping_of
from app.mock_exchange.crm_receiver import CrmReceiver
from tests.market import KEY, demo_with_crm, ping, post, someone
from tests.service import crm, serve, until

Capture = pytest.CaptureFixture[str]
Json = dict[str, Any]
OPERATOR = {"X-API-Key": "demo-operator-key"}
SECRET = "whsec_" + base64.b64encode(b"p" * 32).decode()
LEADS = 3

TERMS = """
caps = [{ limit = 3, window = "total" }]
prepaid_balance = 10_000.00
returns = { by_outcome = { invalid = "invalid_phone" }, answer_within = "7 days" }
feedback = { destination = "acme-postback", events = ["return", "sold"], codes = { sold = "5" } }
"""
DESTINATION = """
[[destinations]]
name = "acme-postback"
url = "URL/feedback?event_id={seller_lead_id}&type={feedback.type}"
auth = { type = "standard_webhooks", secrets = ["file:acme-secret.txt"] }
allow_private_hosts = ["127.0.0.1"]
"""


@pytest.fixture
def sellers_own() -> Iterator[tuple[CrmReceiver, str]]:
    """Where the seller hears of its leads."""
    with crm((SECRET,)) as told:
        yield told


def test_a_return_goes_from_the_crm_to_the_invoice(
    tmp_path: Path, sellers_own: tuple[CrmReceiver, str], capsys: Capture
) -> None:
    receiver, url = sellers_own
    with demo_with_crm(tmp_path / "config") as (config, _):
        text = config.read_text(encoding="utf-8")
        first = "median_winning_price = { exclusive = 20.00, shared = 12.00 }"
        text = text.replace(first, TERMS + first, 1) + DESTINATION.replace("URL", url)
        config.write_text(text, encoding="utf-8")
        (config.parent / "acme-secret.txt").write_text(SECRET, encoding="utf-8")
        where = ["--data", str(tmp_path / "data")]
        with serve(config, tmp_path / "data") as service, httpx.Client(base_url=service.url, trust_env=False) as http:
            bought = [bought_of(http, number) for number in range(LEADS)]
            prices = {each["lead_id"]: round(100 * each["price"]) for each in bought}
            ids = [*prices]
            assert ping(http, someone(50))["reason_code"] == "cap_reached"

            # By rule, by command, and of what may not be returned.
            told = {"lead_id": ids[0], "event": "invalid", "source": "crm"}
            assert http.post("/v1/outcomes", headers=OPERATOR, json=told).json()["status"] == "recorded"
            sold = {"lead_id": ids[2], "event": "sold", "value": 900.0, "source": "crm"}
            assert http.post("/v1/outcomes", headers=OPERATOR, json=sold).json()["status"] == "recorded"
            add = ["returns", "add", ids[1], "--reason", "duplicate"]
            assert main([*add, "--why", "call 512 461 2234", *where]) == 1
            assert main([*add, "--why", "ours since March", *where]) == 0
            assert main([*add, "--why", "again", *where]) == 0
            assert main(["returns", "add", "nobody", "--reason", "other", "--why", "x", *where]) == 1
            assert "requested, as before" in capsys.readouterr().out

            assert until(lambda: len(waiting(http)) == 2)
            by_lead = {each["lead_id"]: each for each in waiting(http)}
            assert (by_lead[ids[0]]["reason"], by_lead[ids[1]]["reason"]) == ("invalid_phone", "duplicate")
            assert round(100 * by_lead[ids[1]]["price"]) == prices[ids[1]]
            assert by_lead[ids[1]]["why"] == "ours since March"
            assert "requested_by" not in by_lead[ids[1]]
            assert len(waiting(http, limit=1)) == 1
            bluebird = {"X-API-Key": "demo-bluebird-key"}
            assert http.get("/v1/returns", headers=bluebird).json() == {"returns": [], "next": None}
            assert http.get("/v1/returns").status_code == 401
            no_state = http.get("/v1/returns", headers=KEY, params={"state": "open"})
            assert (no_state.status_code, "state: one of" in no_state.json()["reason"]) == (400, True)

            # The seller hears of it, signed, and of the customer that one of its leads became.
            assert until(lambda: len(receiver.kept) == 3)
            heard = [json.loads(each.body) for each in receiver.kept.values()]
            assert sorted(each["type"] for each in heard) == ["lead.conversion", "lead.return", "lead.return"]
            assert all(set(each["data"]) & {"contact", "consent"} == set() for each in heard)
            assert receiver.received().forged == 0

            answer = f"/v1/returns/{ids[1].upper()}"
            assert http.post(answer, headers=bluebird, json={"answer": "yes"}).status_code == 400
            assert http.post(answer, headers=KEY, json={"answer": "perhaps"}).json()["reason_code"] == "invalid_field"
            assert http.post(answer, headers=KEY, json={"answer": "yes"}).json()["status"] == "recorded"
            # The room is there with the answer.
            again = bought_of(http, 60)
            assert http.post(answer, headers=KEY, data={"decision": "approved"}).json()["status"] == "repeated"
            refused = http.post(answer, headers=KEY, json={"answer": "no"}).json()
            assert "credited" in refused["reason"]
            assert ping(http, someone(51))["reason_code"] == "cap_reached"

            # By file, from beside the service, which hears of it within a second.
            file = tmp_path / "answers.csv"
            file.write_text(f"Ping ID;Decision;Comments\n{by_lead[ids[0]]['ping_id']};OK;fair\nx;yes;\n", "utf-8")
            capsys.readouterr()
            assert main(["returns", "import", "acme", str(file), *where]) == 1
            said = capsys.readouterr()
            assert "1 accepted" in said.out
            assert "line 3: lead_id: no return was asked for under it" in said.err
            assert until(lambda: ping(http, someone(52))["status"] == "accepted")
            promised = ping(http, someone(52))["ping_id"]

            assert main(["returns", "list", "--json", *where]) == 0
            states = {each["lead_id"]: each["state"] for each in json.loads(capsys.readouterr().out)["returns"]}
            assert states == {ids[0]: "accepted", ids[1]: "accepted"}
            assert main(["returns", "export", "--seller", "acme", "--form", "leadbyte", *where]) == 0
            assert capsys.readouterr().out.splitlines()[0] == "leadId,reason"

            # What is withdrawn is in our own form alone; what is credited is beyond that.
            assert main(["returns", "withdraw", ids[0], "--why", "x", *where]) == 1
            assert "lead_id: this return is credited" in capsys.readouterr().err
            assert main(["returns", "add", ids[2], "--reason", "fraud", "--why", "x", *where]) == 0
            assert main(["returns", "withdraw", ids[2].upper(), "--why", "reached", *where]) == 0
            capsys.readouterr()
            for form, listed in (("leadconduit", 2), ("", 3)):
                assert main(["returns", "export", "--form", form, *where]) == 0
                assert len(capsys.readouterr().out.splitlines()) == 1 + listed

            owed = prices[ids[2]] + round(100 * again["price"])
            month = month_of_sales(http, config)
            assert main(["invoice", "acme", "--month", month, "--json", *where]) == 0
            invoice = json.loads(capsys.readouterr().out)
            assert (invoice["leads"], invoice["returned"], invoice["owed"]) == (4, 2, dollars(owed))
            assert invoice["prepaid_left"] == dollars(1_000_000 - owed)

            rows = [f"{lead_id},${cents / 100:,.2f},11/3/2026" for lead_id, cents in prices.items()]
            bill = tmp_path / "bill.csv"
            bill.write_text("Your Lead ID,Payout,Date\n" + "\n".join([*rows, rows[2], "zz,$5.00,"]) + "\n", "utf-8-sig")
            assert main(["reconcile", "acme", str(bill), "--json", *where]) == 1
            compared = json.loads(capsys.readouterr().out)
            causes = [each["cause"] for each in compared["differences"]]
            assert causes == ["returned", "returned", "duplicate_line", "unknown_id", "not_billed"]
            assert compared["owed"] == invoice["owed"]
            # Under its own ids alone, the month is told as well.
            bill.write_text(f"Reference;Amount\n{ping_of(someone(0), 0.0)['seller_lead_id']};5,00\n")
            assert main(["reconcile", "acme", str(bill), "--json", *where]) == 1
            assert json.loads(capsys.readouterr().out)["month"] == month
        # After a restart all is as it was: each credit is counted once.
        with serve(config, tmp_path / "data") as service, httpx.Client(base_url=service.url, trust_env=False) as http:
            assert post(http, someone(52), promised).json()["status"] == "accepted"
            assert ping(http, someone(53))["reason_code"] == "cap_reached"


def bought_of(http: httpx.Client, number: int) -> Json:
    who = someone(number)
    answer: Json = post(http, who, ping(http, who)["ping_id"]).json()
    assert answer["status"] == "accepted"
    return answer


def waiting(http: httpx.Client, **query: Any) -> list[Json]:
    found: list[Json] = http.get("/v1/returns", headers=KEY, params=query).json()["returns"]
    return found


def month_of_sales(http: httpx.Client, config: Path) -> str:
    """By the buyer's calendar: at night it is not the one of UTC."""
    listed = http.get("/v1/returns", headers=KEY, params={"state": "all"}).json()["returns"]
    zone = ZoneInfo(tomllib.loads(config.read_text(encoding="utf-8"))["buyer"]["time_zone"])
    return datetime.fromisoformat(listed[0]["sold_at"]).astimezone(zone).strftime("%Y-%m")


def dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
