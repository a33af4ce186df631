"""Pings and leads in the console: found without an address that says who, told to the end, shown to who may see."""

import io
import json
import re
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from app.cli import main
from app.mock_exchange.consumers import Consumer
from tests.console import added_operator, proof_of, send, signed_in
from tests.hostile import HOSTILE, assert_harmless
from tests.market import patient_ping, ping, post, someone
from tests.service import Service, until

KEY = {"X-API-Key": "demo-operator-key"}
WHO, LOST = someone(77_001), someone(77_002)
_NO_LINE = "Its decision is not in the journal"


class Bought:
    """A lead that was bought of `WHO`, and a ping of another that was not."""

    def __init__(self, url: str) -> None:
        with httpx.Client(base_url=url, trust_env=False) as http:
            self.ping_id = ping(http, WHO)["ping_id"]
            self.lead_id = post(http, WHO, self.ping_id).json()["lead_id"]
            self.lost_id = ping(http, LOST)["ping_id"]


@pytest.fixture(scope="module")
def bought(console_service: Service) -> Bought:
    return Bought(console_service.url)


@pytest.fixture
def viewer(console_service: Service) -> Iterator[httpx.Client]:
    key = added_operator(console_service, "looker", "viewer")
    with signed_in(console_service.url, "looker", key) as client:
        yield client
    assert main(["operators", "remove", "looker", "--data", str(console_service.settings.data)]) == 0


def arrived(console: httpx.Client, path: str) -> str:
    """The page, once the journal has what it tells of."""
    assert until(lambda: (page := console.get(path)).status_code == 200 and _NO_LINE not in page.text)
    return console.get(path).text


def acts(service: Service, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    capsys.readouterr()
    assert main(["audit", "list", "--json", "--data", str(service.settings.data)]) == 0
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found[::-1]


def says_who(page: str, who: Consumer = WHO) -> bool:
    return any(trace.lower() in page.lower() for trace in (who.phone, who.email, who.last_name))


def test_a_lead_is_found_by_what_is_known_of_it_and_told_to_its_end(console: httpx.Client, bought: Bought) -> None:
    assert until(lambda: bought.lead_id in console.get("/console/pings?outcome=bought").text)
    page = arrived(console, f"/console/pings/{bought.lead_id}")
    for words in ("conversion probability", "maximum bid", "Passed all 13 rules", "Win probability by price", "sale"):
        assert words in page
    assert "<svg" in page
    assert not says_who(page)
    report = console.get(f"/v1/reports/pings/{bought.ping_id}", headers=KEY).json()
    assert (report["story"]["lead_id"], report["has_person"]) == (bought.lead_id, True)
    chosen = report["decision"]["legs"][0]["curve"]["chosen"]
    assert chosen["win_probability"] == report["decision"]["legs"][0]["win_probability"]
    seller = console.get("/v1/reports/pings?seller=acme&outcome=bid&limit=1", headers=KEY).json()
    assert [row["status"] for row in seller["found"]["rows"]] == ["accepted"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("outcome=odd", "outcome"),
        ("reason=odd", "reason"),
        ("since=someday", "since"),
        ("limit=0", "limit"),
        ("before=odd", "before"),
        ("outcome=bid&reason=low_value", "reason"),
        ("outcome=post_refused&zip=78701", "zip"),
    ],
)
def test_what_cannot_be_sought_is_said_by_its_field(console: httpx.Client, query: str, field: str) -> None:
    answer = console.get(f"/console/pings?{query}")
    assert answer.status_code == 400
    assert f"{field}: " in answer.text
    assert f"{field}: " in console.get(f"/v1/reports/pings?{query}", headers=KEY).json()["reason"]


def test_a_person_is_sought_in_a_form_and_stands_in_no_address_cookie_or_log(
    console: httpx.Client, console_service: Service, bought: Bought, capsys: pytest.CaptureFixture[str]
) -> None:
    arrived(console, f"/console/pings/{bought.lead_id}")
    for fields in ({"phone": f"({WHO.phone[:3]}) {WHO.phone[3:]}"}, {"email": WHO.email.upper()}):
        proof = proof_of(console.get("/console/pings").text)
        answer = console.post("/console/acts/leads/find", data={**fields, "proof": proof})
        assert answer.headers["location"] == f"/console/leads?ids={bought.lead_id}"
        assert not says_who(str(answer.headers) + str(console.cookies.get("leadbid_said")))
        page = console.get(answer.headers["location"]).text
        assert bought.lead_id in page
        assert not says_who(page)
    looks = [each for each in acts(console_service, capsys) if each["action"] == "find lead"]
    assert [(each["told_by"], each["target"]) for each in looks[-2:]] == [("console:demo-ops", bought.lead_id)] * 2
    assert not says_who(json.dumps(looks))
    unknown = send(console, "/console/pings", "leads/find", {"phone": "5125550199"})
    assert "Nothing is known by this phone." in unknown
    for wrong in ({}, {"phone": "12"}, {"email": "nobody"}, {"phone": "5124612234", "email": "a@example.com"}):
        assert 'class="said refused"' in send(console, "/console/pings", "leads/find", wrong)


def test_who_it_is_is_shown_on_an_audited_click_alone(
    console: httpx.Client, console_service: Service, bought: Bought, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"/console/reveals/leads/{bought.lead_id}/person"
    assert console.get(path).status_code in (404, 405)
    assert console.post(path, data={}).status_code == 403
    proof = proof_of(arrived(console, f"/console/pings/{bought.lead_id}"))
    answer = console.post(path, data={"proof": proof})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert says_who(answer.text)
    assert not says_who(re.findall("<title>.*</title>", answer.text)[0])
    look = acts(console_service, capsys)[-1]
    assert (look["told_by"], look["action"], look["target"]) == ("console:demo-ops", "reveal identity", bought.lead_id)
    assert console.post(f"/console/reveals/leads/{'0' * 24}/person", data={"proof": proof}).status_code == 404


def test_nobody_who_was_sought_suppressed_or_looked_at_is_in_a_file_or_a_log(
    console: httpx.Client, console_service: Service, bought: Bought, caplog: pytest.LogCaptureFixture
) -> None:
    proof = proof_of(arrived(console, f"/console/pings/{bought.lead_id}"))
    for who in (WHO, someone(77_003)):
        for fields in ({"phone": who.phone}, {"email": who.email}, {"phone": f"{who.phone}\0"}):
            for act in ("leads/find", "suppression/check", "suppression/add", "suppression/remove"):
                why = {"why": "asked us"} if act in ("suppression/add", "suppression/remove") else {}
                send(console, "/console/pings", act, {**fields, **why})
    assert says_who(console.post(f"/console/reveals/leads/{bought.lead_id}/person", data={"proof": proof}).text)
    files = [path for path in console_service.settings.data.rglob("*") if path.is_file()]
    for who in (WHO, someone(77_003)):
        for trace in (who.phone, who.email.lower()):
            assert [path for path in files if trace.encode() in path.read_bytes().lower()] == []
            assert trace not in caplog.text.lower()


def test_the_proof_of_a_lead_is_downloaded_by_whom_may_see_it(
    console: httpx.Client, console_service: Service, bought: Bought, capsys: pytest.CaptureFixture[str]
) -> None:
    arrived(console, f"/console/pings/{bought.lead_id}")
    for answer in (
        console.get(f"/console/leads/{bought.lead_id}/evidence"),
        console.get(f"/v1/reports/leads/{bought.lead_id}/evidence", headers=KEY),
    ):
        assert answer.headers["content-disposition"] == f'attachment; filename="evidence-{bought.lead_id}.zip"'
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert {"SHA256SUMS", "SHA256SUMS.sig", "index.html", "journal.jsonl"} <= set(names)
    looks = [each["told_by"] for each in acts(console_service, capsys) if each["action"] == "pack evidence"]
    assert looks[-2:] == ["console:demo-ops", "key:demo-ops"]
    assert console.get(f"/console/leads/{'0' * 24}/evidence").status_code == 404


def test_a_viewer_sees_no_person_and_finds_none(viewer: httpx.Client, bought: Bought) -> None:
    page = arrived(viewer, f"/console/pings/{bought.lead_id}")
    assert "need the role operator" in page
    assert "Find person" not in viewer.get("/console/pings").text
    proof = proof_of(page)
    for path in (f"reveals/leads/{bought.lead_id}/person", "acts/leads/find"):
        answer = viewer.post(f"/console/{path}", data={"proof": proof, "phone": WHO.phone})
        assert answer.status_code == 403
        assert not says_who(answer.text)
    assert viewer.get(f"/console/leads/{bought.lead_id}/evidence").status_code == 403


def test_what_if_decides_beside_the_recorded_and_remembers_nothing(
    console: httpx.Client, console_service: Service, bought: Bought
) -> None:
    path = f"/console/pings/{bought.lead_id}/what-if"
    arrived(console, f"/console/pings/{bought.lead_id}")
    bidder = console_service.application.background
    assert bidder is not None
    before = bidder.bidder.metrics.total, bidder.bidder.standing.live_bids
    assert "Nothing is changed yet" in console.get(path).text
    page = console.get(
        path, params={"state": "FL", "min_price": "9999", "more": "pause:acme=no\n\ntcpa_consent=no"}
    ).text
    for words in ("<strong>FL</strong>", "$9999.00", "tcpa_consent", "stands for FL", "[consent_missing]"):
        assert words in page
    assert (bidder.bidder.metrics.total, bidder.bidder.standing.live_bids) == before
    wrong = console.get(path, params={"more": "nonsense=1"})
    assert (wrong.status_code, "nonsense: " in wrong.text) == (400, True)
    assert console.get("/console/pings/nobody/what-if").status_code == 404
    assert console.get("/console/pings/nobody").status_code == 404


def test_what_a_seller_writes_is_text_on_every_page(console: httpx.Client, console_service: Service) -> None:
    with httpx.Client(base_url=console_service.url, trust_env=False) as http:
        ids = []
        for number, text in enumerate(("plain", HOSTILE[:120])):
            body = patient_ping(someone(77_010 + number)) | {"sub_id": text, "seller_lead_id": f"{text} 1"}
            ids.append(http.post("/v1/ping", json=body, headers={"X-API-Key": "demo-acme-key"}).json()["ping_id"])
    for page in ("/console/pings/{}", "/console/leads?ids={}", "/console/pings/{}/what-if"):
        plain, odd = [arrived(console, page.format(each)) for each in ids]
        assert_harmless(odd, plain, 0)
    sought = console.get("/console/pings", params={"seller": HOSTILE, "since": "1d"})
    assert (sought.status_code, "<script>alert" in sought.text) == (200, False)
    assert "<script>alert" not in console.get("/console/pings", params={"reason": HOSTILE}).text
