"""What a seller is told of what is bought, at a served instance."""

from datetime import datetime
from typing import Any

import httpx

Row = dict[str, Any]

ACME, DUNE = {"X-API-Key": "contract-acme-key"}, {"X-API-Key": "contract-dune-key"}


def rows_of(http: httpx.Client) -> list[Row]:
    answer = http.get("/v1/appetite", headers=ACME)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told: list[Row] = answer.json()
    return told


def test_each_row_is_one_vertical_state_and_leg(http: httpx.Client) -> None:
    rows = rows_of(http)
    assert len({(row["vertical"], row["state"], row["leg"]) for row in rows}) == len(rows)
    assert all(list(row) == ["vertical", "state", "leg", "floor", "until", "open"] for row in rows)
    assert all(isinstance(row["floor"], float) and row["floor"] > 0.0 for row in rows)


def test_a_paused_campaign_is_closed_without_end_and_one_outside_its_hours_until_it_opens(http: httpx.Client) -> None:
    rows = rows_of(http)
    assert {(row["open"], row["until"]) for row in rows if row["vertical"] == "roofing"} == {(False, None)}
    (closed,) = {(row["open"], row["until"]) for row in rows if row["state"] == "VT" and row["vertical"][:4] == "auto"}
    assert closed[0] is False
    opens_at = datetime.fromisoformat(closed[1])
    assert (opens_at.weekday(), opens_at.hour, opens_at.minute) == (0, 0, 0)
    assert any(row["open"] for row in rows)


def test_what_has_not_changed_is_not_sent_again(http: httpx.Client) -> None:
    first = http.get("/v1/appetite", headers=ACME)
    known = {**ACME, "If-None-Match": f'"older", W/{first.headers["etag"]}'}
    again = http.get("/v1/appetite", headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert http.get("/v1/appetite", headers={**ACME, "If-None-Match": '"older"'}).json() == first.json()


def test_nobody_else_is_told_and_a_seller_without_reasons_is_not_either(http: httpx.Client) -> None:
    assert http.get("/v1/appetite").status_code == 401
    hidden = http.get("/v1/appetite", headers=DUNE)
    assert (hidden.status_code, "etag" in hidden.headers) == (404, False)
    assert "vertical" not in hidden.text


def test_it_never_names_a_cap_or_a_campaign(http: httpx.Client) -> None:
    text = http.get("/v1/appetite", headers=ACME).text
    assert not [name for name in ("cap", "campaign", "anywhere", "limit", "budget", "seniors") if name in text]
