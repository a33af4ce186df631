"""A table of what a reload can change, each beside a bid that was made before it: for tests that post to that bid.

Every case has a seller, a campaign and a vertical of its own, so that one file holds all of them and one reload changes
all of them at once.
"""

import contextlib
import io
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from app.cli import main
from tests.market import PATIENCE_MS

FIELDS = (
    '[{ name = "size", type = "choice", values = ["small", "large"], required = true }, '
    '{ name = "age", type = "integer" }]'
)
SENT: dict[str, Any] = {"size": "small"}


@dataclass(frozen=True)
class Part:
    """What is declared for one case; a part that is None is not there."""

    fields: str | None = FIELDS
    vertical: str = ""
    vertical_lines: str = 'consent_words = ["hats"]'
    campaign: str | None = ""
    campaign_lines: str = 'consent = { certificate = "none", text_required = false }'
    seller: str | None = ""
    key: str = ""
    seller_lines: str = ""


@dataclass(frozen=True)
class Case:
    """One change, the lead that is sent, and what becomes of its post: a status or a reason code."""

    name: str
    after: Part
    before: Part = Part()
    sent: dict[str, Any] = field(default_factory=dict)
    posted: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    path: str = "/v1/post"
    becomes: str = "accepted"


STRICT = 'consent = { certificate = "none", text_required = true }'
LOOSE = 'consent = { certificate = "none", text_required = false }'
YOUNG = 'consent = { certificate = "none", text_required = false, max_age = "1h" }'
UNLOCKED = FIELDS.replace("required = true", "required = true, locked = false")

CASES = (
    Case("nothing", Part()),
    Case("key-replaced", Part(key="fresh"), key="fresh"),
    Case("old-key", Part(key="fresh"), becomes="auth_failed"),
    Case("seller-removed", Part(seller=None)),
    Case("seller-renamed", Part(seller="other")),
    Case("seller-paused", Part(seller_lines="paused = true")),
    Case("campaign-removed", Part(campaign=None)),
    Case("campaign-renamed", Part(campaign="other")),
    Case("campaign-paused", Part(campaign_lines=f"paused = true\n{LOOSE}")),
    Case("vertical-removed", Part(fields=None, campaign=None)),
    Case("vertical-renamed", Part(vertical="other")),
    Case("all-removed", Part(fields=None, campaign=None, seller=None)),
    Case("field-required", Part(fields=FIELDS.replace('"integer"', '"integer", required = true'))),
    Case(
        "field-optional",
        Part(fields=FIELDS.replace(", required = true", "")),
        posted={"size": None},
        becomes="missing_field",
    ),
    Case("field-removed", Part(fields='[{ name = "age", type = "integer" }]')),
    Case("choices-changed", Part(fields=FIELDS.replace('"small"', '"tiny"'))),
    Case(
        "type-changed", Part(fields=FIELDS.replace('type = "choice", values = ["small", "large"]', 'type = "integer"'))
    ),
    Case(
        "bounds-changed",
        Part(fields=FIELDS.replace('"integer"', '"integer", maximum = 10')),
        sent={"age": 40},
    ),
    Case(
        "alias-removed",
        Part(),
        before=Part(fields=FIELDS.replace('name = "size",', 'name = "size", aliases = ["girth"],')),
        sent={"size": None, "girth": "small"},
    ),
    Case("unlocked", Part(fields=UNLOCKED), posted={"size": "large"}, becomes="ping_mismatch"),
    Case("locked", Part(), before=Part(fields=UNLOCKED), posted={"size": "large"}),
    Case("consent-stricter", Part(campaign_lines=STRICT)),
    Case("consent-younger", Part(campaign_lines=YOUNG), sent={"created_at": time.time() - 7_200.0}),
    Case("consent-looser", Part(campaign_lines=LOOSE), before=Part(campaign_lines=STRICT), becomes="consent_missing"),
    Case(
        "sellers-alias-removed",
        Part(),
        before=Part(seller_lines='aliases = { girth = "size" }'),
        sent={"size": None, "girth": "small"},
    ),
    Case(
        "id-alias-removed",
        Part(),
        before=Part(seller_lines='aliases = { ticket_no = "ping_id" }'),
        posted={"ping_id": None, "ticket_no": "ID"},
    ),
    Case(
        "id-alias-new",
        Part(seller_lines='aliases = { ticket_no = "ping_id" }'),
        posted={"ping_id": None, "ticket_no": "ID"},
    ),
    Case(
        "values-mapped", Part(), before=Part(seller_lines='value_maps = { size = { S = "small" } }'), sent={"size": "S"}
    ),
    Case("dialect-changed", Part(seller_lines='dialect = "boberdoo"')),
    Case("format-changed", Part(seller_lines='format = "xml"\ndisclosure = "opaque"')),
    Case("territory-left", Part(campaign_lines=f'{LOOSE}\nterritory = {{ states = ["NY"] }}')),
    Case("filtered", Part(campaign_lines=f'{LOOSE}\nfilters = [{{ field = "size", is = "large" }}]')),
)


def key_of(case: Case, key: str) -> str:
    """The key of its seller, in plain."""
    return f"key-of-{case.name}-{key}"


def config_text(after: bool, lifetime: str) -> str:
    """The whole file, as it is before or after the reload."""
    lines = [
        "[buyer]",
        'legal_name = "Hats LLC"',
        'brands = ["Hats"]',
        'time_zone = "America/Chicago"',
        f'bid_lifetime = "{lifetime}"',
    ]
    for case in CASES:
        lines += _lines(case, case.after if after else case.before)
    return "\n".join(lines) + "\n"


def ping(http: httpx.Client, case: Case, number: int) -> dict[str, Any]:
    """The answer to this case's lead of this number."""
    headers = {"X-API-Key": key_of(case, case.before.key)}
    lead = _lead(case, number, {"deadline_ms": PATIENCE_MS})
    answer: dict[str, Any] = http.post("/v1/ping", headers=headers, json=lead).json()
    return answer


def post(http: httpx.Client, case: Case, number: int, ping_id: str) -> str:
    """What becomes of its post: the reason code, or the status where there is none."""
    digits = f"{int(sha256(case.name.encode()).hexdigest(), 16) % 10_000:04d}"
    person = {
        "ping_id": ping_id,
        "first_name": "Ada",
        "last_name": "Hatter",
        "phone": f"512{number + 461}{digits}",
        "email": f"{case.name}.{number}@gmail.com",
        "address": "12 Brim St",
        "city": "Austin",
    }
    posted = {name: ping_id if value == "ID" else value for name, value in case.posted.items()}
    headers = {"X-API-Key": key_of(case, case.key or case.before.key)}
    answer = http.post(case.path, headers=headers, json=_lead(case, number, person | posted)).json()
    return str(answer["reason_code"] or answer["status"])


def _lead(case: Case, number: int, more: dict[str, Any]) -> dict[str, Any]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60.0))
    vertical = f"kind_{case.name.replace('-', '_')}"
    lead = {"vertical": vertical, "zip": "78701", "state": "TX", "seller_lead_id": f"{case.name}-{number}"}
    whole = lead | {"created_at": now} | SENT | case.sent | more
    return {name: value for name, value in whole.items() if value is not None}


def _lines(case: Case, part: Part) -> list[str]:
    vertical = f"{part.vertical or 'kind'}_{case.name.replace('-', '_')}"
    lines = []
    if part.fields is not None:
        lines += ["[[verticals]]", f'name = "{vertical}"', part.vertical_lines, f"fields = {part.fields}"]
    if part.campaign is not None:
        lines += [
            "[[campaigns]]",
            f'name = "{part.campaign or "buy"}-{case.name}"',
            f'vertical = "{vertical}"',
            'legs = ["exclusive"]',
            "floor = 1.00",
            "ceiling = 20.00",
            "conversion_value = 100.00",
            "fallback_price = 5.00",
            part.campaign_lines,
        ]
    if part.seller is not None:
        keys = [sha256(key_of(case, part.key).encode()).hexdigest()]
        lines += [
            "[[sellers]]",
            f'name = "{part.seller or "from"}-{case.name}"',
            f"key_sha256 = {keys}".replace("'", '"'),
        ]
        lines += [part.seller_lines]
    return lines


def command(*words: str) -> tuple[int, str]:
    """What a command returns and prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(words)
    return code, said.getvalue()


def in_force(http: httpx.Client) -> str:
    """The hash of the configuration that the service goes by."""
    config: str = http.get("/readyz").json()["config"]
    return config
