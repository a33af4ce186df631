"""A platform that another installed package brings works like ours: in `conform`, in instructions, at its endpoints."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.mock_exchange.consumers import consumer, ping_of, post_of
from app.wire.ping import Value
from tests.recipes import recipe
from tests.service import DEMO_CONFIG, ROOT, ServiceProcess, serve_process

KEY = "leadmart-key"
(MODULE,) = (edit.lines for edit in recipe("a platform") if edit.path.endswith(".py"))
"""The example in CONTRIBUTING: a platform is the same text in a folder of ours and in somebody's own package."""


def installed(folder: Path, entry_point: str) -> Path:
    """A folder for the import path, as an installer would leave it."""
    (folder / "leadmart.py").write_text(MODULE, encoding="utf-8")
    metadata = folder / "leadmart-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: leadmart\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(f"[leadbid.platforms]\n{entry_point}\n", encoding="utf-8")
    return folder


def leadbid(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def leadmart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The package is installed, for processes that are started from here."""
    with pytest.MonkeyPatch.context() as patch:
        site = installed(tmp_path_factory.mktemp("site"), "leadmart = leadmart:PLATFORM")
        patch.setenv("PYTHONPATH", str(site))
        yield


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's buyer with a seller on that platform."""
    path = shutil.copytree(DEMO_CONFIG.parent, tmp_path_factory.mktemp("buyer") / "demo") / "buyer.toml"
    digest = sha256(KEY.encode()).hexdigest()
    seller = f'\n[[sellers]]\nname = "mart"\nkey_sha256 = ["{digest}"]\ndialect = "leadmart"\n'
    path.write_text(path.read_text(encoding="utf-8") + seller, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def service(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with serve_process(config, tmp_path_factory.mktemp("data")) as service:
        yield service


@pytest.fixture(scope="module")
def documents(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the seller is told, in every form."""
    folder = tmp_path_factory.mktemp("documents")
    written = leadbid("instructions", "mart", "--config", config, "--out", folder)
    assert written.returncode == 0, written.stderr
    return folder


def test_conform_plays_it(service: ServiceProcess) -> None:
    played = leadbid("conform", "--target", service.url, "--dialect", "leadmart", "--key", KEY, "--json")
    results = json.loads(played.stdout)["dialects"]["leadmart"]
    assert [result for result in results if not result["passed"]] == []
    assert played.returncode == 0


@pytest.mark.parametrize("path", ["/v1/leadmart/test/ping", "/v1/test/ping"])
def test_its_endpoints_understand_it_and_answer_in_its_words(service: ServiceProcess, path: str) -> None:
    who = consumer(11, len(path), "auto_insurance")
    envelope = {"MartSecret": KEY, "MartVersion": "4"}
    bid = answer_of(service, path, envelope | renamed(ping_of(who, time.time())))
    assert (list(bid), bid["verdict"], bid["offer"]) == (["verdict", "offer", "ticket", "note", "test"], "BUY", 12.5)
    post = envelope | renamed(post_of(who, "", time.time())) | {"TicketNo": bid["ticket"]}
    sale = answer_of(service, path.replace("ping", "post"), post)
    assert list(sale) == ["verdict", "offer", "receipt", "note", "test"]
    assert (sale["verdict"], sale["offer"]) == ("BOUGHT", 12.5)


def test_everybodys_requests_are_read_under_its_names(service: ServiceProcess) -> None:
    ping = renamed(ping_of(consumer(11, 1, "auto_insurance"), time.time())) | {"CallThem": "5124612234"}
    headers = {"X-API-Key": "demo-acme-key"}
    answer = httpx.post(f"{service.url}/v1/test/ping", json=ping, headers=headers, timeout=20.0, trust_env=False).json()
    assert answer["status"] == "accepted", answer
    assert answer["warnings"][:-1] == ["phone: personal data does not belong in a ping; it was dropped"]


def test_a_wrong_key_in_its_field_is_refused_in_its_words(service: ServiceProcess) -> None:
    answer = httpx.post(
        f"{service.url}/v1/leadmart/ping", data={"MartSecret": "no", "WherePostal": "00001"}, trust_env=False
    )
    assert (answer.status_code, answer.json()["verdict"]) == (401, "PASS")


def test_its_card_and_its_names_are_in_the_markdown_and_on_the_page(documents: Path) -> None:
    for suffix in ("md", "html"):
        text = (documents / f"mart.{suffix}").read_text(encoding="utf-8")
        missing = [each for each in ("LeadMart", "WherePostal", "MartSecret", "Found under Buyers") if each not in text]
        assert missing == [], suffix
    assert "## Set-up card: LeadMart" in (documents / "mart.md").read_text(encoding="utf-8")


def test_its_endpoints_and_answers_are_in_the_openapi(documents: Path) -> None:
    openapi = json.loads((documents / "mart.openapi.json").read_text(encoding="utf-8"))
    answers = openapi["paths"]["/v1/leadmart/test/ping"]["post"]["responses"]["200"]["content"]["application/json"]
    assert {example["value"]["verdict"] for example in answers["examples"].values()} == {"BUY", "PASS"}


def test_a_platform_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(installed(tmp_path, "leadmart = leadmart:PLATFROM")))
    asked = leadbid("conform", "--help")
    assert asked.returncode == 1
    assert asked.stderr.startswith("the entry point leadmart = leadmart:PLATFROM cannot be loaded (AttributeError: ")


def renamed(lead: Mapping[str, Value]) -> dict[str, Value]:
    """A lead under LeadMart's names, in the place where a test gets its bid."""
    names = {"zip": "WherePostal", "phone": "CallThem", "seller_lead_id": "MartNo", "credit_tier": "MartScore"}
    return {names.get(name, name): value for name, value in {**lead, "zip": "00001", "deadline_ms": 20_000}.items()}


def answer_of(service: ServiceProcess, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    answered = httpx.post(service.url + path, data=fields, timeout=20.0, trust_env=False)
    assert answered.status_code == 200, answered.text
    answer: dict[str, Any] = answered.json()
    return answer
