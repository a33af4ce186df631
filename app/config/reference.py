"""The reference of all configuration keys in Markdown, generated from the schema so that it is never out of date."""

import re
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from app.config import schema
from app.config.presets import Preset, check_presets, presets
from app.config.schema import Table
from app.config.values.kind import Kind
from app.config.values.times import WEEKDAYS
from app.dialects.outcomes.crm_reports import REPORT_PRESETS
from app.domain.delivery import destination as crm
from app.domain.delivery import destination_auth, other_ways, outcome_rule

_TABLES: tuple[type[Table], ...] = (
    schema.BuyerTable,
    schema.VerticalTable,
    schema.FieldTable,
    schema.CampaignTable,
    schema.TerritoryTable,
    schema.AroundTable,
    schema.HoursTable,
    schema.BoostTable,
    schema.CapTable,
    schema.TargetsTable,
    schema.MinimumTable,
    schema.SellerShareTable,
    schema.FilterTable,
    schema.WorthTable,
    schema.ExpectedConversionTable,
    schema.ConsentTable,
    schema.SellerTable,
    schema.MedianWinningPriceTable,
    schema.SellerCapTable,
    schema.ReturnsTable,
    schema.FeedbackTable,
    schema.OperatorTable,
    schema.ConsoleTable,
    schema.OidcTable,
    schema.RetentionTable,
    schema.CheckTable,
    schema.CheckRuleTable,
    schema.TrustedFormTable,
    schema.VerifyTable,
    schema.LeadIdTable,
    schema.AlertsTable,
    schema.SuppressionListTable,
    schema.BlacklistAllianceTable,
    schema.DncScrubTable,
    schema.HttpTable,
    schema.CheckFactTable,
    schema.CallingRuleTable,
)

LEAD_MEANINGS = {
    "lead_id": ("our id of the lead; have the CRM keep it, so that outcomes find their way back", "c0ffee..."),
    "ping_id": ("our id of the bid", "Cx8f..."),
    "seller": ("who sold it", "acme"),
    "seller_lead_id": ("the seller's own id of it", "A-1001"),
    "sub_id": ("the seller's source", "search-7"),
    "campaign": ("the campaign that bought it", "solar-tx"),
    "vertical": ("the kind of lead", "solar"),
    "leg": ("`exclusive` or `shared`", "exclusive"),
    "price": ("what it cost, in dollars", "21.4"),
    "price_cents": ("the same in cents", "2140"),
    "sold_at": ("when it was bought, in UTC", "2026-11-20T15:04:05Z"),
    "test": ("whether it is a test", "false"),
    "contact.first_name": ("the first name", "Ada"),
    "contact.last_name": ("the last name", "Lovelace"),
    "contact.phone": ("the phone, as it came", "(512) 461-2234"),
    "contact.email": ("the email", "ada@example.com"),
    "contact.address": ("the street address", "12 Elm St"),
    "contact.city": ("the city", "Austin"),
    "contact.state": ("the state", "TX"),
    "contact.zip": ("the ZIP code", "78701"),
    "contact.birth_date": ("the date of birth", "1984-02-29"),
    "consent.trustedform_cert_url": ("the TrustedForm certificate", "https://cert.trustedform.com/..."),
    "consent.leadid_token": ("the LeadiD token", "5A1C..."),
    "consent.tcpa_text": ("what the consumer agreed to, as shown", "By clicking Submit I agree ..."),
    "consent.consent_at": ("when, in UTC", "2026-11-20T15:03:11Z"),
    "consent.ip_address": ("from which address", "203.0.113.7"),
    "consent.landing_page": ("on which page", "https://quotes.example/solar"),
    "consent.user_agent": ("with which browser", "Mozilla/5.0 ..."),
    "calling.callable_from": ("from when calls are allowed next, in UTC", "2026-11-20T15:04:05Z"),
    "calling.callable_until": ("until when, in UTC", "2026-11-21T02:00:00Z"),
    "calling.time_zones": ("the time zones of its ZIP and its area code", "America/Chicago"),
    "calling.basis": ("what the zones are known by: `zip`, `area_code`, both, or `none`", "zip and area_code"),
    "calling.rules": ("the hours that apply, and what a caller must know", "TX mon-sat 09:00-21:00, ..."),
    "calling.calls_max": ("the most calls in `calling.calls_hours`; none where there is no limit", "3"),
    "calling.calls_hours": ("in how many hours", "24"),
    "calling.rules_as_of": ("the day as of which the oldest of these rules holds", "2025-11-01"),
    "fields.NAME": ("a field of the lead's vertical", "good"),
}
"""Path of a lead -> what is found there, and an example; a test keeps them in step."""

_Rows = dict[str, tuple[str, str]]
"""Key -> (meaning, example)."""

# Destinations are read directly as values of the domain, so their keys are explained here; a test keeps both in step.
DESTINATIONS: dict[type[msgspec.Struct], tuple[str, _Rows]] = {
    crm.Destination: (
        "`[[destinations]]`: where bought leads are sent. Secrets are references, `env:NAME` or `file:PATH`.",
        {
            "name": ("the name, which campaigns refer to", '"harbor-crm"'),
            "url": (
                "the URL; path and query may hold placeholders such as `{lead_id}`; the whole URL may be a secret",
                '"https://crm.example/leads"',
            ),
            "mail": ("a mailbox in place of a URL: see below", '{ host = "smtp.example.com", ... }'),
            "file": ("a folder in place of a URL: see below", '{ folder = "/srv/leads" }'),
            "method": ("the HTTP method", '"PUT"'),
            "encoding": ("how a lead is encoded; `query` puts it in the URL", '"form"'),
            "headers": ("additional headers; a value may be a secret", '{ X-System = "leadbid" }'),
            "auth": ("authentication: see below", '{ type = "bearer", token = "env:CRM_TOKEN" }'),
            "fields": (
                "maps its field names (dot paths) to their sources; without it, the whole lead is sent",
                '{ "person.phone" = "contact.phone" }',
            ),
            "outcomes": (
                "how its answers are interpreted: see below",
                '[{ when = { status = 204 }, then = "rejected" }]',
            ),
            "crm_id": ("where an answer has the id of its record", '{ json = "id" }'),
            "only": (
                "sends only leads with one of these values at each path; what no destination wants goes to the first",
                '{ "contact.state" = ["TX", "OK"] }',
            ),
            "timeout_ms": ("how long to wait for an answer, in milliseconds", "15_000"),
            "concurrency": ("how many leads are sent to it at once", "4"),
            "allow_private_hosts": (
                "hosts that may have a private address and be reached without TLS",
                '["127.0.0.1"]',
            ),
        },
    ),
    other_ways.MailDelivery: (
        "`mail`: one mail a lead. Replies of 4xx are tried again, 5xx reject the lead.",
        {
            "host": ("the mail server", '"smtp.example.com"'),
            "port": ("its port", "465"),
            "tls": ("`none` only for a host in `allow_private_hosts`", '"implicit"'),
            "user": ("the user, or a reference to it", '"leads"'),
            "password": ("a reference to the password", '"env:SMTP_PASSWORD"'),
            "from": ("the sender's address", '"leads@example.com"'),
            "to": ("the recipients' addresses", '["sales@example.com"]'),
            "subject": ("the subject, with placeholders", '"New lead {lead_id}"'),
            "body": ("`text`: a line for each of `fields`; `xml`: their elements, as in ADF", '"xml"'),
        },
    ),
    other_ways.FileDelivery: (
        "`file`: a line a lead in a CSV file a day, whose columns are `fields`.",
        {
            "folder": ("the folder, as a whole path; made if it is missing", '"/srv/leads"'),
            "name": ("how the names of its files begin", '"solar"'),
            "time_zone": ("whose days count", '"America/Chicago"'),
        },
    ),
    destination_auth.BearerAuth: (
        'Auth `type = "bearer"`: an `Authorization: Bearer` header.',
        {"token": ("a reference to the token", '"env:CRM_TOKEN"')},
    ),
    destination_auth.BasicAuth: (
        'Auth `type = "basic"`: user and password.',
        {
            "user": ("the user name; a reference may hold the whole credential", '"leads"'),
            "password": ("a reference to the password", '"env:CRM_PASSWORD"'),
        },
    ),
    destination_auth.HeaderAuth: (
        'Auth `type = "header"`: a secret in a custom header.',
        {"name": ("the header", '"X-Api-Key"'), "value": ("a reference to the secret", '"env:CRM_KEY"')},
    ),
    destination_auth.QueryAuth: (
        'Auth `type = "query"`: a secret in a query parameter.',
        {"name": ("the parameter", '"api_key"'), "value": ("a reference to the secret", '"env:CRM_KEY"')},
    ),
    destination_auth.StandardWebhooksAuth: (
        'Auth `type = "standard_webhooks"`: a Standard Webhooks signature. The default is `type = "none"`.',
        {"secrets": ("references to the signing keys; several during a rotation", '["file:crm-webhook-secret.txt"]')},
    ),
    destination_auth.OAuth2Auth: (
        'Auth `type = "oauth2"`: an access token, kept until it expires.',
        {
            "token_url": ("the URL that gives access tokens", '"https://crm.example/oauth/token"'),
            "client_id": ("the client, or a reference to it", '"env:CRM_CLIENT_ID"'),
            "client_secret": ("a reference to its secret", '"env:CRM_CLIENT_SECRET"'),
            "refresh_token": ("a reference to a refresh token, if the CRM gives one", '"env:CRM_REFRESH_TOKEN"'),
            "scope": ("what is asked for", '"leads.write"'),
            "scheme": ("the word before the token", '"Zoho-oauthtoken"'),
        },
    ),
    crm.Source: (
        "A value of `fields`: a path in the lead, such as `contact.phone`, or this table.",
        {
            "from": ("a path in the lead; several, separated by a blank, are joined", '"contact.phone"'),
            "constant": ("a fixed value instead", '"leadbid"'),
            "default": ("the value if the field is missing or has no entry in `values`", '"unknown"'),
            "values": ("maps our values to the CRM's", '{ excellent = "A" }'),
            "words": ("the CRM's words for yes and no", '["Y", "N"]'),
            "date": ("the strftime format of a time, in UTC", '"%m/%d/%Y"'),
            "as": ("a format or case to apply", '"e164"'),
        },
    ),
    outcome_rule.OutcomeRule: (
        "An entry of `outcomes`: the first that matches decides how an answer counts.",
        {
            "when": ("the condition on the answer", '{ status = 200, json = "success", equals = false }'),
            "then": ("how the answer counts", '"rejected"'),
            "reason": ("where the answer has a reason", '{ json = "message" }'),
            "note": ("your own explanation", '"its lead flow is archived"'),
            "crm_id": (
                "where such an answer has the id of the record, if not where others do",
                '{ json = "meta.contactId" }',
            ),
        },
    ),
    outcome_rule.When: (
        "`when`: one place in an answer, and its value. `reason` and `crm_id` take the first four keys.",
        {
            "json": ("a path in the JSON body", '"data.0.id"'),
            "xml": ("a path in the XML body", '"Results.Result@code"'),
            "header": ("a response header", '"location"'),
            "regex": (
                "a pattern: its first group is the value. Without `|`; repeats only of one character or class, greedy",
                '"id=([0-9]+)"',
            ),
            "status": ("the HTTP status", '"2xx"'),
            "equals": ("the exact value", "false"),
            "contains": ("text that the value contains", '"duplicate"'),
        },
    ),
}


def reference() -> str:
    """The keys of every table, as Markdown."""
    parts = [_section(table) for table in _TABLES]
    parts += [_crm_section(kind, title, rows) for kind, (title, rows) in DESTINATIONS.items()]
    return "\n".join([*parts, _lead_paths(), _presets(), _check_presets(), _report_presets()])


def _lead_paths() -> str:
    rows = [f"| `{path}` | {_escaped(what)} | `{example}` |" for path, (what, example) in LEAD_MEANINGS.items()]
    return "\n".join(["## Paths of a lead, for `fields`, `only` and placeholders", "", *_PATHS_HEAD, *rows, ""])


def _presets() -> str:
    """What each preset of a destination is, and what a buyer's file must say."""
    rows = [
        f"| `{name}` | {preset.title}. {_escaped(preset.about)} | {_own(preset)} |"
        for name, preset in presets().items()
    ]
    return "\n".join(["## Presets of destinations", "", _PRESETS, "", *_PRESETS_HEAD, *rows, ""])


def _check_presets() -> str:
    """The same of checks."""
    rows = [f"| `{name}` | {preset.title}. {_escaped(preset.about)} |" for name, preset in check_presets().items()]
    head = ("| preset | what it is |", "|---|---|")
    return "\n".join(["## Presets of checks", "", _CHECK_PRESETS, "", *head, *rows, ""])


def _report_presets() -> str:
    """Which CRMs report outcomes in a way that is known."""
    rows = [
        f"| `{name}` | {preset.title}. {_escaped(preset.about)} | {'yes' if preset.signature else 'no'} |"
        for name, preset in REPORT_PRESETS.items()
    ]
    return "\n".join(["## Presets of outcomes", "", _REPORTS, "", *_REPORTS_HEAD, *rows, ""])


def _own(preset: Preset) -> str:
    parameters = [f"`{name}`: {what}" for name, what in preset.parameters.items()]
    secrets = sorted({f"`{each}`" for each in _SECRET.findall(str(preset.destination))})
    url = [] if "url" in preset.destination else ["`url`"]
    if "mail" in preset.destination:
        url = ["`mail.host`", "`mail.from`", "`mail.to`"]
    if "file" in preset.destination:
        url = ["`file.folder`"]
    return "; ".join([*url, *parameters, *secrets])


def _section(table: type[Table]) -> str:
    fields = [field for field in msgspec.structs.fields(table) if field.name != "at"]
    # Both tables of caps share the inherited keys.
    rows = [_row(field.encode_name, _kind(field.type), _default(field), *_said(field)) for field in fields]
    return "\n".join([f"## {_headline(table.__doc__ or '')}", "", *_HEAD, *rows, ""])


def _crm_section(kind: type[msgspec.Struct], title: str, rows: _Rows) -> str:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    lines = [_row(name, _kind(fields[name].type), _default(fields[name]), *rows[name]) for name in rows]
    return "\n".join([f"## {_headline(title)}", "", *_HEAD, *lines, ""])


_SECRET = re.compile("env:[A-Z0-9_]+")
_REPORTS = (
    '`preset = "hubspot"` in an operator reads the webhooks of that CRM and knows its words; your `events` stand over '
    "its own. Where the CRM signs and `secret` is given, a report without its signature is refused."
)
_REPORTS_HEAD = ("| preset | what it is | takes a `secret` |", "|---|---|---|")

_PATHS_HEAD = ("| path | what it is | example |", "|---|---|---|")
_PRESETS_HEAD = ("| preset | what it is | what your file must give |", "|---|---|---|")
_PRESETS = (
    '`preset = "hubspot"` in a destination writes out what that CRM wants; `parameters = { ... }` fills in what is '
    "yours, and every other key of the destination stands over the preset's. `fields` and `headers` are added to its "
    'own, and one that is `""` is left out. `leadbid deliveries test NAME` sends a marked lead.'
)

_CHECK_PRESETS = (
    '`preset = "trestle-phone"` in a check writes out the request and the rules; give `name` and `secret`. Every other '
    "key of the check stands over the preset's, those of `http` one by one."
)

_HEAD = ("| key | value | default | meaning | example |", "|---|---|---|---|---|")


def _row(name: str, kind: str, default: str, meaning: str, example: str) -> str:
    shown = example if example == "see below" else f"`{example}`"
    return f"| `{name}` | {kind} | {default} | {_escaped(meaning)} | {_escaped(shown)} |"


def _said(field: FieldInfo) -> tuple[str, str]:
    meta = next(mark for mark in get_args(field.type) if isinstance(mark, msgspec.Meta))
    return str(meta.description), str((meta.examples or [""])[0])


def _headline(text: str) -> str:
    """The name of a table, then what it is."""
    return text.split("\n")[0].rstrip(".")


def _kind(kind: Any) -> str:
    """The kind of value, in words."""
    marks = [mark for mark in get_args(kind)[1:] if isinstance(mark, Kind)] if get_origin(kind) is Annotated else []
    if marks:
        return marks[-1].words
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    parts = get_args(bare)
    if get_origin(bare) in (Union, UnionType):
        if {str, int, float, bool} <= set(parts):
            return "text, number or boolean"
        return " or ".join(dict.fromkeys(_kind(part) for part in parts if part is not NoneType))
    if get_origin(bare) is Literal:
        return ", ".join(f"`{word}`" for word in parts)
    if get_origin(bare) is tuple:
        return f"list of {_kind(parts[0])}" if parts[-1] is Ellipsis else "pair of texts"
    if get_origin(bare) is dict:
        return "table"
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        return "table"
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}[bare]


def _default(field: FieldInfo) -> str:
    if field.required:
        return "**required**"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    words = _kind(field.type)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value in (None, "", (), {}) or isinstance(value, msgspec.Struct):
        return "–"
    if words.startswith("dollars"):
        return f"`{value / 100:.2f}`"
    if words == "duration":
        return f'`"{_duration(value)}"`'
    if words == "share":
        return f'`"{value * 100:g}%"`'
    if words == "weekdays":
        return f'`"{WEEKDAYS[value[0]]}-{WEEKDAYS[value[-1]]}"`'
    if words == "hours":
        return '`"all day"`'
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value:_}`" if isinstance(value, int) else f"`{value:g}`"


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("h", 3_600)):
        if seconds % length == 0 and (unit != "days" or seconds > 7 * length):
            return f"{seconds / length:g} {unit}" if unit == "days" else f"{seconds / length:g}{unit}"
    return f"{seconds:g}s"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
