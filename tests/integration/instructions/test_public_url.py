"""Posting instructions name an address of the buyer's, whatever `Host` whoever asks for them sends."""

import shutil
from collections.abc import Iterator

import httpx
import pytest

from app.http.pages.public_url import is_loopback
from app.instructions.documents import DOCUMENTS
from tests.service import DEMO_CONFIG, Service, serve

KEY = {"X-API-Key": "demo-acme-key"}
PATHS = [f"/sellers/acme/instructions{document.path}" for document in DOCUMENTS]
EVIL = "evil.example"
HOSTS = [
    ("leads.example.com", "https://leads.example.com"),
    ("pings.example.com:8443", "https://pings.example.com:8443"),
    (EVIL, "https://leads.example.com"),
    (f"leads.example.com.{EVIL}", "https://leads.example.com"),
    (f"leads.example.com@{EVIL}", "https://leads.example.com"),
    (f"127.0.0.1@{EVIL}", "https://leads.example.com"),
    (f"127.0.0.1.{EVIL}", "https://leads.example.com"),
]
"""Hosts that somebody asks for, and the address that is printed."""


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("declared")
    config = shutil.copytree(DEMO_CONFIG.parent, folder / "demo") / "buyer.toml"
    urls = 'public_urls = ["https://leads.example.com", "https://pings.example.com:8443"]\n'
    config.write_text(config.read_text(encoding="utf-8").replace("[buyer]\n", f"[buyer]\n{urls}", 1), encoding="utf-8")
    with serve(config, folder / "data") as service:
        yield service


@pytest.fixture(scope="module")
def undeclared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(DEMO_CONFIG, tmp_path_factory.mktemp("undeclared")) as service:
        yield service


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """One client of both: to make one takes longer than to ask."""
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_a_declared_address_is_printed_and_no_other(declared: Service, http: httpx.Client, path: str) -> None:
    # The same code finds the address of every form.
    for host, named in HOSTS if path == PATHS[0] else HOSTS[1:3]:
        answer = http.get(declared.url + path, headers={**KEY, "Host": host})
        assert answer.status_code == 200
        assert EVIL not in answer.text
        assert named in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_what_proxies_add_changes_nothing(declared: Service, http: httpx.Client, path: str) -> None:
    forged = {"X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL};proto=http", "X-Original-Host": EVIL, "X-Host": EVIL}
    answer = http.get(declared.url + path, headers={**KEY, **forged, "Host": "leads.example.com"})
    assert EVIL not in answer.text
    assert "https://leads.example.com" in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_without_a_declared_address_only_this_machine_is_told_one(
    undeclared: Service, http: httpx.Client, path: str
) -> None:
    refused = http.get(undeclared.url + path, headers={**KEY, "Host": EVIL})
    assert refused.status_code == 421
    assert "public_urls" in refused.text
    assert EVIL not in refused.text
    here = http.get(undeclared.url + path, headers=KEY)
    assert here.status_code == 200
    assert undeclared.url in here.text
    # Whoever may not see the page learns nothing of its address either.
    assert http.get(undeclared.url + path, headers={"Host": EVIL}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "[::1]:8000", "[::1]", "127.8.8.8"])
def test_this_machine_has_many_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil",
        "localhost.evil",
        "127.0.0.1@evil",
        "127.0.0.1/evil",
        "127.0.0.1:x",
        "127.0.0.1:99999",
        "[::1",
        "10.0.0.1",
    ],
)
def test_and_others_have_none_of_them(host: str) -> None:
    assert not is_loopback(host)
