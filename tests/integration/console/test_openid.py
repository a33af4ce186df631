"""Operators come in by a provider's word for as long as the file lets them, and by password whatever it does."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.cli import main
from tests.console import send, signed_in
from tests.openid_provider import SECRET, LocalProvider, listening_provider
from tests.service import DEMO_CONFIG, Service, serve, until

RULES = 'operators = { "ana@example.com" = "demo-ops", "sub:u-7" = "nobody-yet" }\n'


@pytest.fixture(scope="module")
def listening() -> Iterator[LocalProvider]:
    with listening_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def service(listening: LocalProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = Path(shutil.copytree(DEMO_CONFIG.parent, tmp_path_factory.mktemp("openid") / "config"))
    (folder / "secret").write_text(f"{SECRET}\n")
    said = (
        f'issuer = "{listening.issuer}"\nclient_id = "leadbid"\nclient_secret = "file:secret"\nlabel = "Example SSO"\n'
    )
    config, address = folder / "buyer.toml", 'public_urls = ["https://leads.example.com"]'
    text = re.sub(r"(?m)^public_urls = .*\n", "", config.read_text()).replace("[buyer]\n", f"[buyer]\n{address}\n", 1)
    config.write_text(f'{text}\n[console.oidc]\n{said}allow_private_hosts = ["127.0.0.1"]\n{RULES}')
    with serve(config, folder.parent / "data") as service:
        yield service


@pytest.fixture
def provider(listening: LocalProvider) -> LocalProvider:
    """As it is when nobody bends it."""
    fresh = LocalProvider(listening.issuer)
    for name in ("claims", "told", "says", "keys", "makes", "came_back", "down"):
        setattr(listening, name, getattr(fresh, name))
    return listening


@pytest.fixture
def browser(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=30) as client:
        yield client


def there_and_back(browser: httpx.Client, wanted: str = "/console/audit") -> httpx.Response:
    there = browser.get("/console/sign-in/provider", params={"next": wanted})
    assert there.status_code == 303, there.text
    back = httpx.get(there.headers["location"], trust_env=False).headers["location"]
    assert back.startswith(f"{browser.base_url}/console/sign-in/provider/back?")
    return browser.get(back)


def test_who_signs_in_elsewhere_is_here_and_where_it_wanted_to_go(
    browser: httpx.Client, service: Service, provider: LocalProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Sign in by Example SSO" in browser.get("/console/sign-in").text
    back = there_and_back(browser)
    assert (back.status_code, back.headers["location"]) == (303, "/console/audit")
    account = browser.get("/console/account").text
    assert "demo-ops, with the role operator, by Example SSO" in account
    assert "change it there" in account
    assert main(["audit", "list", "--json", "--data", str(service.settings.data)]) == 0
    assert '"told_by":"console:demo-ops","action":"sign in"' in capsys.readouterr().out
    proof = {"secret": "x" * 12, "password": "four plain words together", "again": "four plain words together"}
    assert "Not changed" in send(browser, "/console/account", "account/password", proof)


def test_an_answer_is_good_once_and_in_its_own_browser(browser: httpx.Client, provider: LocalProvider) -> None:
    there = browser.get("/console/sign-in/provider").headers["location"]
    back = httpx.get(there, trust_env=False).headers["location"]
    stranger = httpx.get(back, trust_env=False)
    assert stranger.status_code == 401
    assert "not begun in this browser" in stranger.text
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 401, "the browser has forgotten the attempt"


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/console/sign-in"])
def test_nobody_is_sent_elsewhere_from_there(browser: httpx.Client, provider: LocalProvider, wanted: str) -> None:
    assert there_and_back(browser, wanted).headers["location"] == "/console"


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("leads.example.com", "https://leads.example.com"),
        ("evil.example", "https://leads.example.com"),
        ("127.0.0.1@evil.example", "https://leads.example.com"),
    ],
)
def test_the_provider_sends_back_to_a_declared_address_alone(
    browser: httpx.Client, provider: LocalProvider, host: str, base: str
) -> None:
    there = browser.get("/console/sign-in/provider", headers={"Host": host, "X-Forwarded-Host": "evil.example"})
    (back,) = parse_qs(urlsplit(there.headers["location"]).query)["redirect_uri"]
    assert back == f"{base}/console/sign-in/provider/back"


def test_cookies_of_a_declared_https_address_are_of_this_host_alone(
    browser: httpx.Client, provider: LocalProvider
) -> None:
    there = browser.get("/console/sign-in/provider", headers={"Host": "leads.example.com"})
    cookie = there.headers["set-cookie"]
    assert cookie.startswith("__Host-leadbid_attempt=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


def test_who_has_no_rule_is_told_how_the_provider_knows_it(browser: httpx.Client, provider: LocalProvider) -> None:
    provider.claims = {"sub": "<i>u-2</i>", "email": "eve@example.com", "email_verified": False}
    back = there_and_back(browser)
    assert back.status_code == 401
    assert "No rule lets you in" in back.text
    assert "&lt;i&gt;u-2&lt;/i&gt;" in back.text
    provider.claims = {"sub": "u-7"}
    assert "no operator nobody-yet" in there_and_back(browser).text


def test_a_provider_that_fails_leaves_passwords_and_keys(
    browser: httpx.Client, service: Service, provider: LocalProvider
) -> None:
    there = browser.get("/console/sign-in/provider").headers["location"]
    back = httpx.get(there, trust_env=False).headers["location"]
    provider.down = {"token"}
    failed = browser.get(back)
    assert failed.status_code == 503
    assert "HTTP 500). Use your password or key" in failed.text
    with signed_in(service.url) as client:
        assert client.get("/console").status_code == 200


def test_signing_in_ends_what_the_browser_had_before(
    browser: httpx.Client, service: Service, provider: LocalProvider
) -> None:
    there_and_back(browser)
    before = dict(browser.cookies)
    there_and_back(browser)
    assert httpx.get(f"{service.url}/console", cookies=before, trust_env=False).status_code == 303
    assert browser.get("/console").status_code == 200


def test_who_is_taken_out_of_the_file_is_out(browser: httpx.Client, service: Service, provider: LocalProvider) -> None:
    there_and_back(browser)
    assert browser.get("/console").status_code == 200
    config = service.settings.config
    text = config.read_text()
    config.write_text(text.replace('"ana@example.com" = "demo-ops", ', ""))
    assert until(lambda: browser.get("/console").status_code == 303)
    config.write_text(text)
    assert until(lambda: comes_in(service)), "who is put back may come in anew"
    assert browser.get("/console").status_code == 303, "a session that has ended does not come back"


def comes_in(service: Service) -> bool:
    with httpx.Client(base_url=service.url, trust_env=False) as client:
        return there_and_back(client).status_code == 303
