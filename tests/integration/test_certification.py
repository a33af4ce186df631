"""A new seller certifies itself with nothing but its tests, and goes live by its own page."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli import main
from app.domain.onboarding.certification import STEPS
from app.domain.onboarding.link import signature
from tests.browser import PHONE, Browser, assert_as_wide_as_the_screen
from tests.service import DEMO_CONFIG, Service, serve, until

KEY = {"X-API-Key": "demo-acme-key"}
TEXT = (
    "By clicking Get quotes I agree that Harbor Lead Partners may call and text me about car insurance at the number "
    "I gave, also with automated technology. Consent is not a condition of any purchase."
)
PERSON = {"first_name": "Ingrid", "last_name": "Sommer", "phone": "2127798606", "email": "ingrid@sommer-family.net"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """The demo's buyer, whose seller `acme` is new."""
    with serve(with_a_new_seller(tmp_path), tmp_path / "data") as service:
        yield service


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same, to which nothing is sent."""
    folder = tmp_path_factory.mktemp("idle")
    with serve(with_a_new_seller(folder), folder / "data") as service:
        yield service


def with_a_new_seller(folder: Path) -> Path:
    config = shutil.copytree(DEMO_CONFIG.parent, folder / "demo") / "buyer.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('name = "acme"\n', 'name = "acme"\nmode = "certify"\n'), encoding="utf-8")
    return config


@pytest.fixture
def seller(service: Service) -> Iterator["Seller"]:
    """Its seller `acme`."""
    with httpx.Client(base_url=service.url, headers=KEY, trust_env=False) as client:
        yield Seller(client)


class Seller:
    """A seller's platform, as far as its tests go."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.number = 0

    def lead(self, zip_code: str, **more: Any) -> dict[str, Any]:
        self.number += 1
        certificate = f"https://cert.trustedform.com/{self.number:040x}"
        return {
            "vertical": "auto_insurance",
            "zip": zip_code,
            "state": "NY",
            "currently_insured": True,
            "trustedform_cert_url": certificate,
            "deadline_ms": 5_000,
            **more,
        }

    def ping(self, lead: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.post("/v1/ping", json=lead).json()
        return answer

    def post(self, lead: dict[str, Any], ping_id: str) -> dict[str, Any]:
        consent_at = time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime())
        body = {**lead, **PERSON, "tcpa_text": TEXT, "consent_at": consent_at, "ping_id": ping_id}
        answer: dict[str, Any] = self.client.post("/v1/post", json=body).json()
        return answer

    def sell(self, zip_code: str) -> str:
        lead = self.lead(zip_code)
        status: str = self.post(lead, self.ping(lead)["ping_id"])["status"]
        return status


def at(folder: Path) -> list[str]:
    return ["--config", str(folder / "demo" / "buyer.toml"), "--data", str(folder / "data")]


def link(service: Service, seller: str = "acme", for_s: int = 3_600) -> str:
    until = int(time.time()) + for_s
    return f"/sellers/{seller}/certification?until={until}&sig={signature(service.keys.index, seller, until)}"


def page(service: Service, path: str) -> httpx.Response:
    return httpx.get(service.url + path, trust_env=False)


def shown(service: Service) -> int:
    found = re.search(r"<b>(\d+) of (\d+)</b>", page(service, link(service)).text)
    assert found is not None
    assert int(found[2]) == len(STEPS) == 10
    return int(found[1])


def stored(folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """How many steps are in the database, as the command says."""
    capsys.readouterr()
    assert main(["certification", "acme", *at(folder), "--json"]) == 1
    return len(json.loads(capsys.readouterr().out)["shown"])


def certify(seller: Seller) -> None:
    lead = seller.lead("00001")
    bid = seller.ping(lead)
    assert seller.post(lead, bid["ping_id"])["status"] == "accepted"
    assert seller.post(lead, bid["ping_id"])["status"] == "accepted"
    assert seller.ping(seller.lead("00020"))["reason_code"] == "cap_reached"
    assert seller.sell("00034") == "duplicate"
    assert seller.sell("00043") == "rejected"
    assert seller.sell("00037") == "reping"
    assert seller.sell("00001") == "accepted"


def test_a_seller_shows_every_step_and_goes_live(service: Service, seller: Seller, tmp_path: Path) -> None:
    assert shown(service) == 0
    assert "10 of the steps are left, next: No identity in the ping." in page(service, link(service)).text
    refused = httpx.post(service.url + link(service), trust_env=False)
    assert refused.status_code == 409
    assert "Test" in refused.text

    certify(seller)

    assert shown(service) == 10
    live = httpx.post(service.url + link(service), trust_env=False)
    assert live.status_code == 200
    assert "You are live" in live.text
    # A live ping of a ZIP code where nobody lives asks for nothing.
    assert seller.ping(seller.lead("00020"))["reason_code"] != "cap_reached"
    assert until(lambda: main(["certification", "acme", *at(tmp_path)]) == 0)


def test_a_ping_with_a_phone_is_named_until_three_have_none(service: Service, seller: Seller) -> None:
    seller.ping(seller.lead("00001", phone="2127798606"))
    assert "a ping held phone" in page(service, link(service)).text
    for _ in range(3):
        seller.ping(seller.lead("00001"))
    assert shown(service) >= 1
    assert "a ping held phone" not in page(service, link(service)).text


def test_a_refusal_that_is_posted_all_the_same_is_no_pass(service: Service, seller: Seller) -> None:
    lead = seller.lead("00020")
    refused = seller.ping(lead)
    seller.post(lead, refused["ping_id"])
    assert "a ping that got no bid was posted all the same" in page(service, link(service)).text


def test_what_was_shown_outlives_the_service(
    service: Service, seller: Seller, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        seller.ping(seller.lead("00001"))
    assert until(lambda: stored(tmp_path, capsys) == shown(service) > 0)
    assert main(["certification", "acme", *at(tmp_path), "--reset"]) == 0
    assert until(lambda: shown(service) == 0)


@pytest.mark.parametrize("words", [[], ["--link", "https://leads.example.com"], ["--reset"]])
def test_nobody_has_no_certification(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_a_new_seller(tmp_path)
    assert main(["certification", "acne", *at(tmp_path), *words]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "declares no seller `acne`: did you mean `acme`?" in told.err


@pytest.mark.parametrize("change", ["sig=", "until=1", "acme-"])
def test_only_a_whole_and_valid_link_opens_the_page(idle: Service, change: str) -> None:
    path = link(idle)
    broken = {
        "sig=": path.replace("sig=", "sig=0"),
        "until=1": re.sub(r"until=\d+", "until=1795273200", path),
        "acme-": path.replace("acme", "bluebird"),
    }[change]
    assert page(idle, broken).status_code == 403
    assert page(idle, link(idle, for_s=-1)).status_code == 403
    assert page(idle, link(idle, "nobody")).status_code == 403


def test_a_sellers_key_opens_its_own_page_alone(idle: Service) -> None:
    ours, theirs = (f"{idle.url}/sellers/{name}/certification" for name in ("acme", "bluebird"))
    assert httpx.get(ours, headers=KEY, trust_env=False).status_code == 200
    assert httpx.get(theirs, headers=KEY, trust_env=False).status_code == 403


def test_the_page_follows_in_a_browser(service: Service, seller: Seller, browser: Browser) -> None:
    certify(seller)
    dom, console = browser.browse(service.url + link(service), PHONE)
    assert console == []
    assert dom.count('class="shown"') == 10
    assert '<button id="go-live">Go live</button>' in dom
    assert_as_wide_as_the_screen(browser, [page(service, link(service)).text])
