"""Signing in to the console: by key and password, for as long as a session holds, and never by guessing."""

import asyncio
import re
import time
from pathlib import Path

import httpx
import pytest

from app.cli import main
from app.http.application import Application
from tests.console import DEMO_OPERATOR, added_operator, signed_in
from tests.service import Service

PASSWORD = "four plain words together"


def tried(url: str, name: str, secret: str, **headers: str) -> httpx.Response:
    fields = {"name": name, "secret": secret}
    return httpx.post(f"{url}/console/sign-in", data=fields, headers=headers, trust_env=False)


def with_password(service: Service, monkeypatch: pytest.MonkeyPatch, name: str, password: str, tmp_path: Path) -> int:
    (tmp_path / "password").write_text(f"{password}\n")
    with (tmp_path / "password").open() as typed:
        monkeypatch.setattr("sys.stdin", typed)
        return main(["operators", "password", name, "--stdin", "--data", str(service.settings.data)])


def test_every_page_sends_a_stranger_to_sign_in_and_back(console_service: Service) -> None:
    answer = httpx.get(f"{console_service.url}/console?x=1", trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in?next=%2Fconsole%3Fx%3D1")
    fields = {"name": DEMO_OPERATOR[0], "secret": DEMO_OPERATOR[1], "next": "/console?x=1"}
    back = httpx.post(f"{console_service.url}/console/sign-in", data=fields, trust_env=False)
    assert back.headers["location"] == "/console?x=1"
    assert back.headers["set-cookie"].count("HttpOnly") == 1
    assert "secure" not in back.headers["set-cookie"].lower(), "a browser would not keep it without TLS"


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "/consolexyz", "/console/sign-in"]
)
def test_nobody_is_sent_elsewhere(console_service: Service, to: str) -> None:
    fields = {"name": DEMO_OPERATOR[0], "secret": DEMO_OPERATOR[1], "next": to}
    answer = httpx.post(f"{console_service.url}/console/sign-in", data=fields, trust_env=False)
    assert answer.headers["location"] == "/console"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("demo-ops", "wrong"),
        ("nobody", "demo-operator-key"),
        ("demo-ops", "demo-acme-key"),
        ("", ""),
        ("\ufffd\0", "x" * 9_000),
    ],
    ids=["wrong", "other name", "a seller's key", "empty", "not text"],
)
def test_who_is_not_known_stays_outside(console_service: Service, name: str, secret: str) -> None:
    answer = tried(console_service.url, name, secret)
    assert answer.status_code == 401
    assert "do not fit" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_form_of_another_site_signs_nobody_in(console_service: Service) -> None:
    for header in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[evil"},
    ):
        assert tried(console_service.url, *DEMO_OPERATOR, **header).status_code == 403


def test_a_password_does_as_well_and_ends_older_sessions(
    console_service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = added_operator(console_service, "vera", "viewer")
    with signed_in(console_service.url, "vera", key) as before:
        assert before.get("/console").status_code == 200
        assert with_password(console_service, monkeypatch, "vera", "short", tmp_path) == 1
        assert "at least 12" in capsys.readouterr().err
        assert with_password(console_service, monkeypatch, "vera", PASSWORD, tmp_path) == 0
        assert before.get("/console").status_code == 303
    with signed_in(console_service.url, "vera", PASSWORD) as after:
        assert "vera (viewer)" in after.get("/console").text
    assert main(["operators", "remove", "vera", "--data", str(console_service.settings.data)]) == 0
    assert tried(console_service.url, "vera", PASSWORD).status_code == 401


def test_guessing_locks_passwords_out_even_the_right_one_and_no_key(
    console_service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = added_operator(console_service, "lena", "viewer")
    assert with_password(console_service, monkeypatch, "lena", PASSWORD, tmp_path) == 0
    assert [tried(console_service.url, "lena", f"guess {number}").status_code for number in range(5)] == [401] * 5
    locked = tried(console_service.url, "lena", PASSWORD)
    assert locked.status_code == 401
    assert "A key is never locked out" in locked.text
    assert tried(console_service.url, *DEMO_OPERATOR).status_code == 303, "others are not locked out"
    assert tried(console_service.url, "lena", key).status_code == 303, "or whoever knows a name could keep it outside"
    assert tried(console_service.url, "lena", PASSWORD).status_code == 303, "who has come in is asked no longer to wait"


def test_guesses_at_once_are_locked_out_like_one_after_another(
    console_service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    added_operator(console_service, "olga", "viewer")
    assert with_password(console_service, monkeypatch, "olga", PASSWORD, tmp_path) == 0

    async def guessed() -> None:
        async with httpx.AsyncClient(base_url=console_service.url, trust_env=False, timeout=30) as client:
            forms = [{"name": "olga", "secret": f"guess {number}"} for number in range(9)]
            await asyncio.gather(*(client.post("/console/sign-in", data=form) for form in forms))

    asyncio.run(guessed())
    capsys.readouterr()
    assert main(["audit", "list", "--json", "--data", str(console_service.settings.data)]) == 0
    refused = re.findall(r'"action":"refuse sign in","target":"olga"', capsys.readouterr().out)
    assert len(refused) == 5, "the others are not even counted"
    assert tried(console_service.url, "olga", PASSWORD).status_code == 401


def test_how_long_a_wrong_try_takes_tells_no_name(console_service: Service) -> None:
    for name in ("demo-ops", "nobody"):
        began = time.monotonic()
        assert tried(console_service.url, name, "wrong").status_code == 401
        assert time.monotonic() - began >= 0.25
    assert tried(console_service.url, *DEMO_OPERATOR).status_code == 303


def test_a_session_is_never_one_that_somebody_else_planted(console_service: Service) -> None:
    planted = "0" * 64
    fields = {"name": DEMO_OPERATOR[0], "secret": DEMO_OPERATOR[1]}
    cookies = {"leadbid_session": planted}
    answer = httpx.post(f"{console_service.url}/console/sign-in", data=fields, cookies=cookies, trust_env=False)
    token = answer.cookies["leadbid_session"]
    assert (len(token), token == planted) == (64, False)
    assert httpx.get(f"{console_service.url}/console", cookies=cookies, trust_env=False).status_code == 303
    again = httpx.post(
        f"{console_service.url}/console/sign-in", data=fields, cookies={"leadbid_session": token}, trust_env=False
    )
    old, new = {"leadbid_session": token}, {"leadbid_session": again.cookies["leadbid_session"]}
    assert httpx.get(f"{console_service.url}/console", cookies=old, trust_env=False).status_code == 303
    assert httpx.get(f"{console_service.url}/console", cookies=new, trust_env=False).status_code == 200


def test_by_tls_a_cookie_is_of_this_host_alone_and_no_other_opens_anything(console_service: Service) -> None:
    tls = {"X-Forwarded-Proto": "https"}
    answer = tried(console_service.url, *DEMO_OPERATOR, **tls)
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if "Max-Age=0" not in each]
    pair, _, rest = cookie.partition("; ")
    name, _, token = pair.partition("=")
    assert name == "__Host-leadbid_session"
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=lax"} <= set(rest.split("; "))
    assert "Domain" not in rest
    opened = [
        httpx.get(f"{console_service.url}/console", headers={**tls, "Cookie": f"{each}={token}"}, trust_env=False)
        for each in (name, "leadbid_session")
    ]
    assert [each.status_code for each in opened] == [200, 303], "a neighbor may set what has no prefix"


def test_signing_out_ends_the_session_itself_not_the_cookie_alone(console_service: Service) -> None:
    with signed_in(console_service.url) as client:
        page = client.get("/console").text
        kept = dict(client.cookies)
        proof = re.findall(r'name="proof" value="([^"]*)"', page)[0]
        assert client.post("/console/sign-out", data={"proof": proof}).headers["location"] == "/console/sign-in"
        again = httpx.get(f"{console_service.url}/console", cookies=kept, trust_env=False)
        assert again.status_code == 303


def test_nothing_of_a_session_is_kept_that_would_open_it(console_service: Service) -> None:
    with signed_in(console_service.url) as client:
        token = client.cookies["leadbid_session"].encode()
        found = [
            path for path in console_service.settings.data.rglob("*") if path.is_file() and token in path.read_bytes()
        ]
    assert found == []


def test_who_signed_in_stands_in_the_audit_log(
    console_service: Service, console: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert console.get("/console").status_code == 200
    assert main(["audit", "list", "--json", "--data", str(console_service.settings.data)]) == 0
    assert '"told_by":"console:demo-ops","action":"sign in"' in capsys.readouterr().out


def test_the_application_names_no_page_of_the_console_among_its_endpoints(console_service: Service) -> None:
    application: Application = console_service.application
    assert ("GET", "/console") in application.routes
    assert all(not path.startswith("/console") for _, path in application.endpoints)
