"""Whatever a seller, a file or a configuration holds is text on every page, and never part of it."""

from app.domain.catalogue import Catalogue
from app.domain.onboarding.certification import Event
from app.domain.vertical import Field
from app.http.openapi import openapi
from app.http.pages.certification_page import certification_page
from app.http.pages.sandbox_page import sandbox_page
from app.http.pages.schema_page import schema_page
from app.instructions.handbook import handbook_of
from app.instructions.page import page
from app.usecases.onboarding.certify import StepStanding
from app.usecases.onboarding.request_log import LoggedRequest
from tests.build import buyer, campaign, catalogue, seller, vertical
from tests.hostile import HOSTILE, assert_harmless, hostile
from tests.table import each_row

ENTRY = LoggedRequest(
    number=1,
    at=0.0,
    took_ms=1.0,
    seller="acme",
    request="POST /v1/ping",
    headers=(("accept", "*/*"),),
    received="{}",
    understood="{}",
    status=200,
    outcome="ping accepted",
    answered="{}",
    warnings=("phone: personal data does not belong in a ping", "shoe_size: not a known field"),
)
STANDING = [
    StepStanding(name="identity", title="No identity", how="Ping", missing="no ping was seen"),
    StepStanding(name="retry", title="A retry", how="Post", shown_at=1.0),
]
EVENT = Event(at=0.0, asked="ping", status="rejected", code="filtered", price_cents=1_250)


def declared(text: str) -> Catalogue:
    """A configuration whose titles, choices, names and examples are this text."""
    fields = (
        Field(name="roof", type="choice", title=text, values=(text, "flat"), aliases=(text,), example=text),
        Field(name="bill", type="number", title=text, minimum=0.0, example=text),
    )
    return catalogue(
        [campaign(name=text, brand=text)],
        [seller(title=text)],
        verticals=[vertical(title=text, fields=fields, consent_words=(text,), buyer_types=(text,))],
        buyer=buyer(legal_name=text, brands=(text,)),
    )


def certification(text: str, standing: list[StepStanding], latest: list[Event]) -> str:
    return certification_page(
        seller(title=text, mode="certify"), text, standing, latest, is_live=False, instructions=f"instructions?{text}"
    )


def test_on_the_page_of_a_certification() -> None:
    shown = certification(HOSTILE, [hostile(step) for step in STANDING], [hostile(EVENT)])
    assert_harmless(shown, certification("plain", [*STANDING, *map(hostile, STANDING)], [EVENT]), times=11)


def test_on_the_page_of_the_sandbox() -> None:
    shown = sandbox_page(declared(HOSTILE), [hostile(ENTRY)], 1, f"http://{HOSTILE}")
    assert_harmless(shown, sandbox_page(declared("plain"), [ENTRY], 1, "http://plain"), times=14)


def test_on_the_page_of_every_endpoint() -> None:
    shown = schema_page(openapi(declared(HOSTILE), HOSTILE, {}, {})).decode()
    assert_harmless(shown, schema_page(openapi(declared("plain"), "1", {}, {})).decode(), times=4)


@each_row("dialect", ["generic", "boberdoo"])
def test_on_the_page_of_instructions(dialect: str) -> None:
    own = seller(dialect=dialect)
    book = handbook_of(catalogue([campaign()], [own]), own, "https://leads.example.com")
    # Facts are looked up by their names, and a shape is JSON Schema.
    shown = page(hostile(book, keep=("facts", "shape")), {HOSTILE: HOSTILE})
    assert_harmless(shown, page(book, {"Markdown": "instructions.md"}), times=40)


def test_of_a_configuration_on_the_page_of_instructions() -> None:
    def shown(text: str) -> str:
        whole = declared(text)
        return page(handbook_of(whole, whole.sellers["acme"], "https://leads.example.com"), {})

    assert_harmless(shown(HOSTILE), shown("plain"), times=8)
