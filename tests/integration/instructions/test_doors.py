"""Who may read a seller's instructions, in every form, and what whoever may not is told."""

import re
import time
from pathlib import Path

import httpx
import pytest

from app.cli import main
from app.domain.onboarding.link import signature
from app.instructions.documents import DOCUMENTS
from tests.sellers import catalogue_of, config_with, key_of
from tests.service import Service

PATHS = [f"/sellers/generic/instructions{document.path}" for document in DOCUMENTS]


def query_of(service: Service, seller: str, lasts_s: int = 3_600) -> str:
    until = int(time.time()) + lasts_s
    return f"until={until}&sig={signature(service.keys.index, seller, until)}"


@pytest.mark.parametrize("path", PATHS)
def test_a_signed_link_opens_every_form(service: Service, http: httpx.Client, path: str) -> None:
    answered = http.get(f"{path}?{query_of(service, 'generic')}")
    assert answered.status_code == 200, answered.text
    assert answered.headers["cache-control"].startswith("private")
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    assert answered.headers["referrer-policy"] == "no-referrer"
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.headers["content-type"].partition(";")[0] in {document.media_type for document in DOCUMENTS}
    assert key_of("generic") not in answered.text


@pytest.mark.parametrize("key", [key_of("generic"), "demo-operator-key"])
def test_the_sellers_own_key_and_an_operators_open_it(http: httpx.Client, key: str) -> None:
    for path in PATHS:
        assert http.get(path, headers={"X-API-Key": key}).status_code == 200


def test_a_link_that_is_wrong_altered_expired_or_anothers_says_what_to_ask_for(
    service: Service, http: httpx.Client
) -> None:
    good, late = query_of(service, "generic"), query_of(service, "generic", -1)
    altered = good[:-1] + ("0" if good[-1] != "0" else "1")
    longer = re.sub(r"until=(\d+)", lambda found: f"until={int(found[1]) + 1}", good)
    wrong = ["", altered, longer, late, query_of(service, "px"), "until=&sig=", "until=9999999999&sig=é"]
    for path in PATHS:
        told = {(each.status_code, each.text) for each in (http.get(f"{path}?{query}") for query in wrong)}
        assert len(told) == 1
        status, text = told.pop()
        assert status == 403
        assert "Ask the buyer for a new one" in text


def test_a_seller_that_does_not_exist_is_told_as_a_wrong_link_is(service: Service, http: httpx.Client) -> None:
    known = http.get("/sellers/generic/instructions?until=1&sig=0")
    for unknown in (
        http.get("/sellers/nobody/instructions?until=1&sig=0"),
        http.get(f"/sellers/nobody/instructions?{query_of(service, 'nobody')}"),
    ):
        assert (unknown.status_code, unknown.content) == (known.status_code, known.content)
        assert unknown.headers.keys() == known.headers.keys()


def test_another_sellers_key_does_not_open_it(http: httpx.Client) -> None:
    assert http.get(PATHS[0], headers={"X-API-Key": key_of("px")}).status_code == 403


def test_every_door_that_is_listed_is_one_of_the_service(service: Service, http: httpx.Client) -> None:
    catalogue = catalogue_of(service)
    routes = {path for _, path in service.application.routes}
    for seller in catalogue.sellers.values():
        document = http.get(
            f"/sellers/{seller.name}/instructions/openapi.json", headers={"X-API-Key": "demo-operator-key"}
        ).json()
        for path, methods in document["paths"].items():
            general = path.replace(f"/v1/{seller.dialect}/", "/v1/{dialect}/")
            assert general in routes, path
            assert all((method.upper(), general) in service.application.routes for method in methods)


def test_the_page_links_to_every_download_and_each_link_opens(service: Service, http: httpx.Client) -> None:
    address = httpx.URL(f"{service.url}/sellers/px/instructions?{query_of(service, 'px')}")
    page = http.get(address).text
    links = re.findall(r'<li><a href="([^#"][^"]*)">', page)
    assert len(links) == len(DOCUMENTS) - 1
    for link in links:
        assert http.get(address.join(link.replace("&amp;", "&"))).status_code == 200


def test_the_command_prints_a_link_that_opens(
    service: Service, http: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(service.settings.data), "--config", str(service.settings.config)]
    assert main(["instructions", "jangl", "--base-url", service.url, "--days", "2", *data]) == 0
    link = capsys.readouterr().out.strip()
    assert http.get(link).status_code == 200
    assert 0 < int(httpx.URL(link).params["until"]) - time.time() - 86_400 <= 86_400


def test_the_command_writes_every_form_with_links_among_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = config_with(tmp_path), tmp_path / "out"
    asked = ["instructions", "legs", "--out", str(out), "--base-url", "https://x.example/", "--config", str(config)]
    assert main(asked) == 0
    written = {path.name for path in out.iterdir()}
    assert written == {f"legs{document.suffix}" for document in DOCUMENTS}
    assert set(capsys.readouterr().out.split()) == {str(out / name) for name in written}
    page = (out / "legs.html").read_text(encoding="utf-8")
    assert set(re.findall(r'<li><a href="([^#"][^"]*)">', page)) == written - {"legs.html"}
    assert "https://x.example/v1/legs/lead" in page
    again = (out / "legs.openapi.json").read_bytes()
    assert main(asked) == 0
    assert (out / "legs.openapi.json").read_bytes() == again


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nobody"], "declares no seller `nobody`"),
        (["generic", "--base-url", "leads.example.com"], "is not a URL"),
        (["generic"], "there is no index.key in"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    config = config_with(tmp_path)
    assert main(["instructions", *words, "--config", str(config), "--data", str(tmp_path / "none")]) == 1
    assert told in capsys.readouterr().err
