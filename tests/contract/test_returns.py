"""Operators give leads back over HTTP, beside the sellers that answer there."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli import main
from tests.console import added_operator
from tests.contract.conftest import Played
from tests.contract.scenario import FOLDER
from tests.service import Service
from tests.table import each_row

OPS = {"X-API-Key": "contract-ops-key"}
ACME = {"X-API-Key": "contract-acme-key"}
WHY = {"reason": "invalid_phone", "why": "rings at a fax"}


@pytest.fixture(scope="module")
def sold(played: Played) -> dict[str, Any]:
    """The answer to a post that was bought of acme."""
    return dict(played(Path(FOLDER / "exemplary" / "outcome.json"))[1].answer)


def listed(http: httpx.Client, keys: dict[str, str], **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get("/v1/returns", headers=keys, params=query).json()["returns"]
    return found


def test_an_operator_asks_withdraws_asks_again_and_enters_the_answer(
    http: httpx.Client, service: Service, sold: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    lead_id, at = sold["lead_id"], f"/v1/returns/{sold['lead_id']}"
    refused = http.put(at, headers=OPS, json={"reason": "bad", "why": "x"})
    assert (refused.status_code, "invalid_phone, invalid_email" in refused.json()["reason"]) == (400, True)
    assert http.put(at, headers=OPS, json={"reason": "other"}).json()["reason_code"] == "missing_field"
    assert "sellers" in http.put(at, headers=OPS, json=WHY | {"why": "call 512 461 2234"}).json()["reason"]
    assert http.put(at, headers=ACME, json=WHY).status_code == 401
    assert http.put("/v1/returns/nobodys", headers=OPS, json=WHY).status_code == 400

    # Under any id that the lead has.
    assert http.put(f"/v1/returns/{sold['ping_id']}", headers=OPS, json=WHY).json()["status"] == "recorded"
    assert http.put(f"/v1/returns/{lead_id.upper()}", headers=OPS, json=WHY).json()["status"] == "repeated"
    (of_acme,) = [each for each in listed(http, ACME) if each["lead_id"] == lead_id]
    (of_all,) = [each for each in listed(http, OPS) if each["lead_id"] == lead_id]
    assert of_all == of_acme | {
        "seller": "acme",
        "campaign": of_all["campaign"],
        "requested_by": "key:ops",
        "settled_by": "",
    }
    assert listed(http, OPS, seller="bluebird") == []

    assert http.request("DELETE", at, headers=ACME).status_code == 401
    assert http.delete(f"{at}?why=reached+at+last", headers=OPS).json()["status"] == "recorded"
    (withdrawn,) = listed(http, ACME, state="withdrawn")
    assert (withdrawn["lead_id"], withdrawn["note"]) == (lead_id, "reached at last")
    late = http.post(at, headers=ACME, json={"answer": "yes"})
    assert (late.status_code, "withdrawn" in late.json()["reason"]) == (400, True)
    assert http.put(at, headers=OPS, json=WHY | {"reason": "fraud"}).json()["status"] == "recorded"

    # A seller may answer by the id of the bid as well; here it told the buyer, who enters it.
    assert (
        http.post(f"/v1/returns/{sold['ping_id']}", headers=ACME, json={"answer": "no"}).json()["status"] == "recorded"
    )
    assert http.post(at, headers=OPS, json={"answer": "yes", "note": "by phone"}).json()["status"] == "recorded"
    assert http.delete(at, headers=OPS).json()["reason"].endswith("credited, which cannot be undone")
    (settled,) = listed(http, OPS, state="accepted", seller="acme")
    assert (settled["reason"], settled["note"], settled["settled_by"]) == ("fraud", "by phone", "key:ops")

    assert main(["audit", "list", "--data", str(service.settings.data)]) == 0
    acts = [line for line in capsys.readouterr().out.splitlines() if lead_id in line]
    assert [next(act for act in _ACTS if act in line) for line in acts] == _ACTS
    assert sum("key:ops" in line for line in acts) == 4


_ACTS = ["return accepted", "return refused", "return  ", "return withdrawn", "return  "]


@each_row("after", ["garbage", "{}", "0" * 24, "'; --"])
@each_row("keys", [ACME, OPS])
def test_a_page_after_nothing_is_told_so_and_not_the_first_one(
    http: httpx.Client, keys: dict[str, str], after: str
) -> None:
    answer = http.get("/v1/returns", headers=keys, params={"state": "all", "after": after})
    assert (answer.status_code, answer.json()["reason_code"]) == (400, "invalid_field")
    assert "`next` of the page before" in answer.json()["reason"]


def test_a_page_begins_after_the_callers_own_last_one_alone(http: httpx.Client, sold: dict[str, Any]) -> None:
    http.put(f"/v1/returns/{sold['lead_id']}", headers=OPS, json=WHY)
    whole = http.get("/v1/returns", headers=ACME, params={"state": "all", "after": sold["lead_id"].upper()})
    assert (whole.status_code, whole.json()) == (200, {"returns": [], "next": None})
    bluebird = {"X-API-Key": "contract-bluebird-key"}
    other = http.get("/v1/returns", headers=bluebird, params={"after": sold["lead_id"]})
    assert other.status_code == 400


def test_a_viewer_sees_returns_and_changes_none(http: httpx.Client, service: Service, sold: dict[str, Any]) -> None:
    viewer = {"X-API-Key": added_operator(service, "watcher", "viewer")}
    at = f"/v1/returns/{sold['lead_id']}"
    assert http.get("/v1/returns", headers=viewer).status_code == 200
    assert http.put(at, headers=viewer, json=WHY).status_code == 403
    assert http.delete(at, headers=viewer).status_code == 403
    assert http.post(at, headers=viewer, json={"answer": "yes"}).status_code == 403
