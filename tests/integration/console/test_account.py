"""An operator sees where it is signed in, ends what it does not know, and changes its password."""

import re
from collections.abc import Iterator
from hashlib import sha256

import httpx
import pytest

from app.cli import main
from tests.console import added_operator, proof_of, send, signed_in
from tests.service import Service

ACCOUNT = "/console/account"
PASSWORD = "four plain words together"


@pytest.fixture
def mona(console_service: Service) -> Iterator[str]:
    """The key of a viewer."""
    yield from made(console_service, "mona", "viewer")


@pytest.fixture
def chief(console_service: Service) -> Iterator[str]:
    """The key of an admin."""
    yield from made(console_service, "chief", "admin")


def made(service: Service, name: str, role: str) -> Iterator[str]:
    yield added_operator(service, name, role)
    assert main(["operators", "remove", name, "--data", str(service.settings.data)]) == 0


def is_in(client: httpx.Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def test_a_password_is_changed_by_who_knows_the_old_one_or_the_key(console_service: Service, mona: str) -> None:
    with signed_in(console_service.url, "mona", mona) as here, signed_in(console_service.url, "mona", mona) as there:
        assert f'href="{ACCOUNT}">mona (viewer)' in here.get("/console").text
        for secret, password, again, said in (
            ("wrong", PASSWORD, PASSWORD, "neither your password nor your key"),
            (mona, PASSWORD, PASSWORD.upper(), "differ"),
            (mona, "short", "short", "at least 12"),
            (mona, "I am mona herself", "I am mona herself", "guessed easily"),
        ):
            fields = {"secret": secret, "password": password, "again": again}
            page = send(here, ACCOUNT, "account/password", fields)
            assert said in page
            assert password not in page
        assert is_in(there)
        fields = {"secret": mona, "password": PASSWORD, "again": PASSWORD}
        assert "Your password is changed" in send(here, ACCOUNT, "account/password", fields)
        assert (is_in(here), is_in(there)) == (True, False)
        newer = "some other words instead"
        fields = {"secret": PASSWORD, "password": newer, "again": newer}
        assert "Your password is changed" in send(here, ACCOUNT, "account/password", fields)
    with signed_in(console_service.url, "mona", newer) as client:
        assert is_in(client)


def test_sessions_are_seen_and_ended_one_by_one_or_all_but_this(console_service: Service, mona: str) -> None:
    with signed_in(console_service.url, "mona", mona) as here, signed_in(console_service.url, "mona", mona) as there:
        page = here.get(ACCOUNT).text
        (other,) = set(re.findall(r'name="number" value="(\w{16})"', page))
        assert page.count("(this one)") == 1
        assert "That session has ended" in send(here, ACCOUNT, "account/end", {"number": other})
        assert (is_in(here), is_in(there)) == (True, False)
        assert "no such session" in send(here, ACCOUNT, "account/end", {"number": other})
        with signed_in(console_service.url, "mona", mona) as third:
            assert "Your other sessions have ended" in send(here, ACCOUNT, "account/end-others", {})
            assert (is_in(here), is_in(third)) == (True, False)


def test_nobody_ends_the_session_of_another_but_an_admin(console_service: Service, mona: str, chief: str) -> None:
    with signed_in(console_service.url, "mona", mona) as client, signed_in(console_service.url, "chief", chief) as boss:
        (number,) = re.findall(r"<td class=\"text\">(\w{6}) \(this one\)", boss.get(ACCOUNT).text)
        whole = next(
            each["number"]
            for operator in boss.get("/v1/reports/account/operators", headers={"X-API-Key": chief}).json()["operators"]
            for each in operator["sessions"]
            if each["number"].startswith(number)
        )
        assert "no such session" in send(client, ACCOUNT, "account/end", {"number": whole})
        theirs = {"operator": "chief", "why": "to try"}
        assert (
            "needs the role admin"
            in client.post("/console/acts/account/end-theirs", data={**theirs, "proof": proof(client)}).text
        )
        assert client.get(f"{ACCOUNT}/operators").status_code == 403
        page = boss.get(f"{ACCOUNT}/operators").text
        assert {"mona", "chief", "demo-ops"} <= set(re.findall(r'<td class="text">([\w-]+)</td>', page))
        ended = send(boss, f"{ACCOUNT}/operators", "account/end-theirs", {"operator": "mona", "why": "has left"})
        assert "The sessions of mona have ended" in ended
        assert (is_in(client), is_in(boss)) == (False, True)


def proof(client: httpx.Client) -> str:
    return proof_of(client.get(ACCOUNT).text)


def test_what_is_ended_stands_in_the_audit_log(
    console_service: Service, mona: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with signed_in(console_service.url, "mona", mona) as here, signed_in(console_service.url, "mona", mona):
        send(here, ACCOUNT, "account/end-others", {})
    assert main(["audit", "list", "--json", "--data", str(console_service.settings.data)]) == 0
    assert '"told_by":"console:mona","action":"end sessions","target":"mona"' in capsys.readouterr().out


def test_with_a_key_the_account_is_json_without_anything_that_opens_a_session(
    console_service: Service, mona: str
) -> None:
    with signed_in(console_service.url, "mona", mona) as client:
        token = client.cookies["leadbid_session"]
        answer = httpx.get(
            f"{console_service.url}/v1/reports/account", headers={"X-API-Key": mona}, trust_env=False
        ).json()
    assert (answer["account"]["name"], answer["account"]["role"]) == ("mona", "viewer")
    (session,) = answer["account"]["sessions"]
    assert (session["is_this"], session["by_provider"]) == (False, False)
    assert session["number"] == sha256(token.encode()).hexdigest()[:16]
