"""Whatever is sent to the console is answered by a page that says so, changes nothing, and is no failure of ours."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from app.http.console.pages.all_views import DOWNLOADS, VIEWS
from tests.console import proof_of, send, signed_in
from tests.service import Service

KEY = {"X-API-Key": "demo-operator-key"}
ASKED = [(each.path, each.query) for each in VIEWS] + [(each.path, each.query) for each in DOWNLOADS]
FIELDS = [(path, field) for path, query in ASKED for field in query.__struct_fields__ if "{" not in path]


@pytest.fixture(scope="module")
def console(console_service: Service) -> Iterator[httpx.Client]:
    """One session for all of them: signing in is dear on purpose."""
    with signed_in(console_service.url) as client:
        yield client


def part(head: str, body: bytes) -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + body + b"\r\n"


MULTIPART = "multipart/form-data; boundary=b"
FORMS = [
    ("multipart/form-data", b"x", 400),
    (MULTIPART, b"--b\r\n" * 2_000, 400),
    (MULTIPART, b"".join(part(f'name="a{each}"', b"") for each in range(1_100)) + b"--b--", 413),
    (MULTIPART, part('name="proof"\r\nContent-Type: text/plain; charset=none', b"1") + b"--b--", 400),
    (MULTIPART, part('name="proof"\r\nContent-Type: text/plain; charset=utf-16', b"1") + b"--b--", 400),
    (MULTIPART, part('name="proof"', b"\xff\xfe") + b"--b--", 400),
    ("application/x-www-form-urlencoded", b"why=1&why=2", 400),
    ("application/x-www-form-urlencoded", b"why=" + b"x" * 70_000, 413),
]


@pytest.mark.parametrize(("content_type", "body", "status"), FORMS, ids=range(len(FORMS)))
def test_a_form_that_cannot_be_read_is_answered_by_a_page(
    console: httpx.Client, content_type: str, body: bytes, status: int
) -> None:
    for path in ("acts/campaigns/pause", "reveals/leads/x/person", "sign-in"):
        answer = console.post(f"/console/{path}", content=body, headers={"Content-Type": content_type})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path


def test_a_nul_a_misspelled_name_and_one_said_twice_are_refused_in_every_field(console: httpx.Client) -> None:
    understood = []
    for path, field in FIELDS:
        for query in (f"{field}=a%00b", f"{field}x=1", f"{field}=1&{field}=1"):
            answer = console.get(f"/v1/reports/{path}?{query}", headers=KEY)
            shown = console.get(f"/console/{path}?{query}").status_code
            if (answer.status_code, f" {field}" in answer.json().get("reason", ""), shown) != (400, True, 400):
                understood.append((path, query, answer.text, shown))
    assert understood == []


@pytest.mark.parametrize(
    "query", ["x" * 60_000, "a=1&" * 9_000, "%" * 99, "%zz=%", "a[]=1", "%ff%fe", "limit=1;limit=2"]
)
def test_an_odd_query_is_refused_and_never_half_understood(console: httpx.Client, query: str) -> None:
    assert console.get(f"/console/deliveries?{query}").status_code in (400, 414, 431)


@pytest.mark.parametrize("since", ["9999-12-31T23:59:59-12:00", "0001-01-01", "99999999999", "1e9"])
def test_a_time_that_no_clock_shows_is_refused(console: httpx.Client, since: str) -> None:
    for name in ("since", "until"):
        answer = console.get(f"/v1/reports/pings?{name}={quote(since)}", headers=KEY)
        assert (answer.status_code, f"{name}: " in answer.text) == (400, True), answer.text


@pytest.mark.parametrize("place", ["9" * 40, "nan", "inf", "-1", "1e9~x"])
def test_a_place_in_a_list_that_is_none_is_refused(console: httpx.Client, place: str) -> None:
    assert console.get(f"/console/pings?before={place}").status_code == 400


@pytest.mark.parametrize(
    "part", ["%00", "a%00b", "%2e%2e%2fx", "..%2f..", "%ff", "%ed%a0%80", "x%0d%0aSet-Cookie:y=1", "é"]
)
def test_an_odd_part_of_a_path_is_nothing_that_there_is(console: httpx.Client, part: str) -> None:
    proof = proof_of(console.get("/console").text)
    for page in ("campaigns/{}", "sellers/{}", "deliveries/{}", "leads/{}/evidence", "pings/{}/what-if"):
        answer = console.get(f"/console/{page.format(part)}")
        assert (answer.status_code, "y" in answer.cookies) == (404, False), answer.text
    acted = console.post(f"/console/acts/sellers/{part}/suspend", data={"proof": proof, "why": "x", "back": "/console"})
    # A path that no act has is one at which nothing may be sent.
    assert acted.status_code in (303, 404, 405)
    assert "said refused" in console.get("/console").text or acted.status_code != 303


@pytest.mark.parametrize(
    "back", ["//evil.example", "/console/\r\nSet-Cookie: y=1", "/console\\evil", "/console/\ud800", "/console/é\0"]
)
def test_an_act_goes_on_at_a_page_of_the_console_whatever_its_form_says(console: httpx.Client, back: str) -> None:
    body = {"proof": proof_of(console.get("/console").text), "phone": "12", "back": back}
    encoded = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in body.items())
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = console.post("/console/acts/suppression/check", content=encoded, headers=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console")
    assert "y" not in answer.cookies


FORGED = b'{"done":{"said":"Free money","undo":{"path":"../sign-out","label":"Take it","fields":{}}}}'


@pytest.fixture
def forged() -> list[str]:
    text = base64.urlsafe_b64encode(FORGED).decode()
    of_nobody = hmac.new(b"leadbid.said/", text.encode(), hashlib.sha256).hexdigest()
    return [text, f"{text}.", f"{text}.{'0' * 64}", f"{text}.{of_nobody}", f"{text}.\xff", "\xff", ".", "A" * 3_001]


def test_an_answer_that_no_act_gave_is_not_shown(
    console: httpx.Client, console_service: Service, forged: list[str]
) -> None:
    for value in forged:
        cookies = f"leadbid_session={console.cookies['leadbid_session']}; leadbid_said={value}".encode("latin-1")
        answer = httpx.get(f"{console_service.url}/console", headers={b"Cookie": cookies}, trust_env=False)
        assert (answer.status_code, "Free money" in answer.text) == (200, False)


def test_a_long_answer_is_cut_before_the_browser_drops_it(console: httpx.Client) -> None:
    page = send(console, "/console/campaigns", "campaigns/pause", {"name": "🙂" * 3_000, "why": "x"})
    assert "said refused" in page
    assert "why: " in send(console, "/console/campaigns", "campaigns/pause", {"name": "x", "why": "x" * 401})


def test_a_form_of_another_site_signs_nobody_out(console: httpx.Client) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        answer = console.post("/console/sign-out", data={"proof": "0" * 64}, headers=headers)
        assert "set-cookie" not in answer.headers
    assert console.get("/console").status_code == 200
