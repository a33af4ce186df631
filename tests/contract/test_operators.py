"""Operators do over HTTP what their roles allow, with keys that commands make while the service runs."""

import re
import time

import httpx
import pytest

from app.cli import main
from tests.service import Service, until

Capture = pytest.CaptureFixture[str]


def told(capsys: Capture, service: Service, *words: str, status: int = 0) -> str:
    """What a command prints beside the running service."""
    capsys.readouterr()
    assert main([*words, "--data", str(service.settings.data)]) == status
    printed = capsys.readouterr()
    return printed.out + printed.err


def made_key(capsys: Capture, service: Service, action: str, *words: str) -> str:
    """The key that `leadbid operators` prints."""
    key = re.search(r"shown only now: ([a-z2-7]{40})\n", told(capsys, service, "operators", action, *words))
    assert key is not None
    return key[1]


def signal(http: httpx.Client, key: str) -> httpx.Response:
    """An act that needs the role operator."""
    told = {"premium": 1.5, "cause": "roles", "until": time.time() + 60.0}
    return http.put("/v1/signals/999", json=told, headers={"X-API-Key": key})


def test_a_key_does_what_its_role_allows_until_it_is_revoked(
    http: httpx.Client, service: Service, capsys: Capture
) -> None:
    viewer = made_key(capsys, service, "add", "looker", "--role", "viewer")
    operator = made_key(capsys, service, "add", "doer", "--role", "operator")
    assert until(lambda: signal(http, operator).status_code == 200)
    refused = signal(http, viewer)
    assert refused.status_code == 403
    assert refused.json()["reason"] == "this needs the role operator, and the key of looker has the role viewer"
    assert signal(http, "nobodys").status_code == 401
    assert (
        http.post("/v1/outcomes", json={"lead_id": "x", "event": "sold"}, headers={"X-API-Key": viewer}).status_code
        == 403
    )
    another = made_key(capsys, service, "rotate", "doer", "--keep-hours", "0", "--why", "left a laptop")
    assert until(lambda: signal(http, another).status_code == 200)
    assert signal(http, operator).status_code == 401
    listed = told(capsys, service, "operators", "list")
    assert re.search(r"doer +operator +os:", listed)
    assert "doer" not in told(capsys, service, "operators", "remove", "dooer", status=1).replace("`doer`", "")
    told(capsys, service, "operators", "remove", "doer")
    assert until(lambda: signal(http, another).status_code == 401)
    acts = told(capsys, service, "audit", "list")
    assert re.search(r"key:doer +signal +999 +\$1\.50 for roles", acts)
    assert re.search(r"rotate operator +doer +- +left a laptop", acts)
    assert another not in acts


def test_an_admin_takes_keys_from_others_and_nobody_else_does(
    http: httpx.Client, service: Service, capsys: Capture
) -> None:
    admin = {"X-API-Key": made_key(capsys, service, "add", "chief", "--role", "admin")}
    leaked = made_key(capsys, service, "add", "laptop", "--role", "operator")
    assert until(lambda: signal(http, leaked).status_code == 200)
    refused = http.delete("/v1/operators/chief", headers={"X-API-Key": leaked})
    assert refused.status_code == 403
    assert refused.json()["reason"] == "this needs the role admin, and the key of laptop has the role operator"
    unknown = http.delete("/v1/operators/labtop", headers=admin)
    assert (unknown.status_code, "did you mean" in unknown.json()["reason"]) == (400, True)
    assert http.delete("/v1/operators/laptop?why=stolen", headers=admin).json()["status"] == "recorded"
    assert until(lambda: signal(http, leaked).status_code == 401)
    assert re.search(r"key:chief +remove operator +laptop +- +stolen", told(capsys, service, "audit", "list"))


def test_the_audit_log_is_verified_by_what_is_kept_beside_the_journal(
    service: Service, tmp_path_factory: pytest.TempPathFactory, capsys: Capture
) -> None:
    told(capsys, service, "operators", "add", "auditor", "--role", "admin")
    heads = service.settings.journal / "audit-heads.txt"
    head = re.findall(r"The last is (\d+:[0-9a-f]{64})", told(capsys, service, "audit", "verify"))[0]
    assert until(lambda: head in heads.read_text())
    assert "intact" in told(capsys, service, "audit", "verify", "--head", head)
    wrong = f"{head.partition(':')[0]}:{'0' * 64}"
    assert "NOT intact" in told(capsys, service, "audit", "verify", "--head", wrong, status=1)
    file = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    told(capsys, service, "audit", "export", "--out", str(file))
    assert "intact" in told(capsys, service, "audit", "verify", "--file", str(file))
    altered = file.read_text().replace("auditor", "nobody", 1)
    file.write_text(altered)
    assert "was altered" in told(capsys, service, "audit", "verify", "--file", str(file), status=1)


def test_what_is_asked_for_over_http_is_in_force_and_undone(
    http: httpx.Client, service: Service, capsys: Capture
) -> None:
    key = {"X-API-Key": made_key(capsys, service, "add", "remote", "--role", "operator")}
    campaign = next(iter(service.application.background.bidder.catalogue.campaigns))  # type: ignore[union-attr]

    def asked(method: str, path: str, status: int = 200, **told: object) -> str:
        answer = http.request(method, path, headers=key, json=told) if told else http.request(method, path, headers=key)
        assert (answer.status_code, bool(answer.json()["reason"])) == (status, status != 200), answer.text
        return str(answer.json()["reason"])

    assert until(lambda: http.get("/v1/status", headers=key).status_code == 200)
    asked("PUT", f"/v1/pauses/{campaign}", why="crew is ill")
    told_now = http.get("/v1/status", headers=key).json()
    assert [(each["kind"], each["target"], each["by"], each["why"]) for each in told_now["in_force"]].count(
        ("pause", campaign, "key:remote", "crew is ill")
    ) == 1
    assert asked("PUT", f"/v1/pauses/{campaign}", 400) == "a required field is missing: why"
    assert "did you mean" in asked("PUT", f"/v1/pauses/{campaign}x", 400, why="x")
    asked("DELETE", f"/v1/pauses/{campaign}?why=well")
    assert "is not paused" in asked("DELETE", f"/v1/pauses/{campaign}", 400)
    later = time.time() + 60.0
    asked("PUT", f"/v1/boosts/{campaign}", premium=2.0, why="push", until=later)
    assert "lies in the past" in asked(
        "PUT", f"/v1/boosts/{campaign}", 400, premium=2.0, why="push", until=later - 600.0
    )
    asked("DELETE", f"/v1/boosts/{campaign}")
    asked("PUT", "/v1/demand/998", open=3, expected=9, why="crew")
    asked("DELETE", "/v1/demand/998")
    asked("PUT", "/v1/signals/998", premium=3, cause="frost", until=later)
    asked("DELETE", "/v1/signals/998?cause=frost")
    asked("PUT", "/v1/mutes/cap_ahead", why="push", target="solar-tx/daily", until=later)
    assert re.search(r"cap_ahead:solar-tx/daily .* key:remote +push", told(capsys, service, "alerts", "list"))
    assert "not muted: did you mean" in asked("DELETE", "/v1/mutes/cap_ahead?target=solar-tx/daly", 400)
    asked("DELETE", "/v1/mutes/cap_ahead?target=solar-tx/daily&why=over")
    assert "there is no cause `cap_ahed`" in asked("PUT", "/v1/mutes/cap_ahed", 400, why="x")
    assert asked("PUT", "/v1/mutes/cap_ahead", 400) == "a required field is missing: why"
    assert "there is no cap" in asked("PUT", "/v1/caps/nobody/none", 400, limit=3, why="x")
    acts = told(capsys, service, "audit", "list")
    assert re.search(rf"end pause +{campaign} +- +well", acts)
    assert http.get("/v1/status", headers={"X-API-Key": "nobodys"}).status_code == 401


def test_who_revokes_consent_is_bought_no_more_whoever_hears_of_it(
    http: httpx.Client, service: Service, capsys: Capture
) -> None:
    headers = {"X-API-Key": made_key(capsys, service, "add", "crm-of-calls", "--role", "operator")}

    def told_of(path: str, **fields: str) -> tuple[int, str]:
        answer = http.post(f"/v1/suppressions{path}", json=fields, headers=headers)
        return answer.status_code, answer.json().get("reason", "") or answer.json()["status"]

    assert until(lambda: told_of("", phone="+1 (308) 867-5309", why="said stop") == (200, "recorded"))
    assert told_of("", phone="308.867.5309") == (200, "repeated")
    assert "said stop" in told(capsys, service, "suppress", "check", "--phone", "3088675309", status=1)
    assert told_of("", phone="12")[0] == 400
    assert told_of("", name="Jane") == (400, "a required field is missing: phone, email or hash")
    assert told_of("/end", phone="3088675309", why="asked for a quote") == (200, "recorded")
    assert told_of("/end", phone="3088675309") == (200, "repeated")
    assert "may be bought" in told(capsys, service, "suppress", "check", "--phone", "3088675309")
    acts = told(capsys, service, "audit", "list")
    assert re.search(r"key:crm-of-calls +suppress +[0-9a-f]{16} +- +said stop", acts)
    assert "8675309" not in acts
