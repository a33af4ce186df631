"""Whatever a seller, a CRM or an operator wrote is text on every page of the console, and never part of it."""

from typing import Any, get_type_hints

from app.domain.buyer import Operator
from app.http.console.frame import MenuItem, asset_path
from app.http.console.pages.all_views import REVEALS, VIEWS
from app.http.console.session import Said
from app.http.console.view import Done, Reveal, Undo, View
from app.pages.document import document
from tests.build import buyer
from tests.hostile import HOSTILE, assert_harmless, filled
from tests.table import each_row

ZONE = "America/Chicago"
GIVEN = {"zone": ZONE, "day": "2026-11-21", "date": "2026-11-21", "code": "filtered", "kind": "boost"}
"""What holds no free text."""


def page(shown: View | Reveal, text: str) -> str:
    """The page with this text in each value that it shows, in its address, and in what was said before it."""
    role: Any = "admin"
    values: dict[str, Any] = {}
    if isinstance(shown, View):
        made = filled(shown.shows, text, GIVEN)
        values = {"shown": made, "query": filled(shown.query, text), "charts": shown.draw(made, ZONE)}
    else:
        values = {"shown": filled(get_type_hints(shown.show)["return"], text, GIVEN)}
    return document(
        shown.template,
        view=shown,
        operator=Operator(name=text, role=role, key_sha256=("0" * 64,)),
        menu=[MenuItem(text, f"/console/{text}")],
        said=Said(Done(text, Undo(text, text, {text: text}))),
        proof=text,
        here=f"/console/{text}",
        address=f"/console?{text}",
        buyer=buyer(legal_name=text),
        zone=ZONE,
        now=0.0,
        asset=asset_path,
        policy="",
        **values,
    )


@each_row("shown", [*VIEWS, *REVEALS], ids=lambda each: each.path or "now")
def test_on_every_page(shown: View | Reveal) -> None:
    assert_harmless(page(shown, HOSTILE), page(shown, "plain"), times=5)
