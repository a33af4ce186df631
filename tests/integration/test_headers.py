"""Every answer of every route tells a browser to guess, keep, frame and send on nothing, and to run no other script."""

import re
import time
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from app.asgi import build_app
from app.domain.onboarding.link import signature
from app.http.application import Application
from app.http.auction.routes import ROUTES
from app.http.pages.sandbox_page import sandbox_routes
from app.settings import Settings, load_keys
from app.usecases.onboarding.request_log import RequestLog
from tests.browser import BIDDER, Browser
from tests.service import DEMO_CONFIG, MODELS, listening

VALUES = {
    "campaign": "solar-sunbelt",
    "cap": "installs",
    "dialect": "boberdoo",
    "name": "acme",
    "owner": "acme",
    "seller": "acme",
    "territory": "PR",
}
KEYS = {"a stranger": "", "a seller": "demo-acme-key", "an operator": "demo-operator-key"}


class Values(dict[str, str]):
    """What varies in a path, where nothing else is said: nothing that exists."""

    def __missing__(self, name: str) -> str:
        return "none"


MARKUP = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(config=DEMO_CONFIG, data=tmp_path_factory.mktemp("headers") / "data", models=MODELS)


@pytest.fixture(scope="module")
def application(settings: Settings) -> Application:
    log = RequestLog()
    return build_app(settings, test_recorders=[log.see], pages=sandbox_routes(log))


@pytest.fixture(scope="module")
def http(application: Application) -> Iterator[httpx.Client]:
    with listening(application) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def assert_guarded(answer: httpx.Response) -> None:
    headers, told = answer.headers, f"{answer.request.method} {answer.url}: {answer.headers}"
    assert headers.get_list("x-content-type-options") == ["nosniff"], told
    if answer.request.url.path in ROUTES:
        return
    for name in ("cache-control", "content-security-policy", "permissions-policy", "x-frame-options"):
        assert len(headers.get_list(name)) == 1, told
    # What a seller is told with a validator it may keep, to ask whether it still holds.
    kept = "no-cache" if "etag" in headers else "no-store"
    assert kept in headers["cache-control"], told
    # Or a browser would hide from the console whose form it sends.
    policies = ("no-referrer", "same-origin") if answer.request.url.path.startswith("/console") else ("no-referrer",)
    assert headers["referrer-policy"] in policies, told
    assert headers["x-frame-options"] == "DENY", told
    policy = headers["content-security-policy"]
    for needed in ("default-src 'none'", "base-uri 'none'", "form-action ", "frame-ancestors 'none'"):
        assert needed in policy, told
    assert "unsafe" not in policy, told
    if answer.content and headers["content-type"].startswith("text/html"):
        (own,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', answer.text)
        assert policy == f"{unescape(own)}; frame-ancestors 'none'", told


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_every_route_answers_with_them(application: Application, http: httpx.Client, key: str) -> None:
    headers = {"X-API-Key": key} if key else {}
    for method, path in sorted(application.routes):
        assert_guarded(http.request(method, path.format_map(Values(VALUES)), headers=headers))


def test_so_does_what_is_no_route_and_what_is_not_taken(http: httpx.Client) -> None:
    for method, path in (
        ("GET", "/nobody"),
        ("GET", f"/{MARKUP}"),
        ("DELETE", "/v1/ping"),
        ("PUT", "/healthz"),
        ("OPTIONS", "/schema"),
        ("HEAD", "/schema"),
        ("GET", "/sellers/nobody/certification"),
        ("GET", f"/sellers/{MARKUP}/instructions"),
        ("POST", "/sellers/acme/certification"),
    ):
        assert_guarded(http.request(method, path))
    assert_guarded(http.post("/v1/notices", content=b"x" * 70_000))
    assert_guarded(http.get("/sellers/acme/instructions", headers={"X-API-Key": KEYS["a seller"], "Host": "evil"}))


@pytest.mark.parametrize("path", ["/sandbox", "/schema", "/sellers/acme/certification", "/sellers/acme/instructions"])
def test_a_browser_shows_each_page_with_its_style_and_complains_of_nothing(
    http: httpx.Client, settings: Settings, path: str, browser: Browser
) -> None:
    until = int(time.time()) + 60
    keys, _ = load_keys(settings, bytes)
    signed = f"?until={until}&sig={signature(keys.index, 'acme', until)}" if path.startswith("/sellers") else ""
    http.post("/v1/test/ping", headers={"X-API-Key": KEYS["a seller"]}, json={"zip": MARKUP, MARKUP: MARKUP})
    url = str(http.base_url).rstrip("/") + path + signed
    shown, console = browser.browse(url, BIDDER, later_ms=4_000)
    assert console == []
    assert "<main>" in shown
    assert MARKUP not in shown
