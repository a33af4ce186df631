"""Destinations: secrets that are only referred to, and every mistake told at its own key."""

from collections.abc import Callable
from pathlib import Path

from app.config.file.problem import Problem
from app.config.load import Declared
from tests.table import each_row

Declaring = Callable[..., Declared]
Wrong = Callable[..., list[str]]
Warned = Callable[..., tuple[Problem, ...]]

URL = 'url = "https://crm.example.com/leads"\n'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_secrets_are_resolved_from_files_and_the_environment_and_never_shown(declared: Declaring) -> None:
    found = declared(
        URL,
        f'{URL}auth = {{ type = "standard_webhooks", secrets = ["file:keys/new", "env:OLD"] }}\n',
        files={"keys/new": f"{SECRET}\n"},
        environ={"OLD": SECRET[:-1] + "g"},
    )
    assert found.secrets == {"file:keys/new": SECRET, "env:OLD": SECRET[:-1] + "g"}
    assert Path("keys/new") in found.contents
    assert SECRET not in repr(found)


@each_row(
    ("auth", "said"),
    [
        ('{ type = "bearer", token = "env:CRM" }', "auth: the environment variable CRM is not set. Remedy: set CRM"),
        ('{ type = "bearer", token = "file:crm.key" }', "auth: crm.key cannot be read (No such file or directory)"),
        ('{ type = "bearer", token = "s3cret" }', "secrets must not be written in the file"),
        ('{ type = "bearrer", token = "env:CRM" }', "did you mean `bearer`?"),
        ('{ type = "bearer", tokn = "env:CRM" }', "did you mean `token`?"),
        ('{ type = "standard_webhooks", secrets = ["env:WEAK"] }', "the secret `env:WEAK` must be `whsec_`"),
    ],
)
def test_credentials_that_cannot_serve_are_refused_and_not_shown(problems: Wrong, auth: str, said: str) -> None:
    found = problems(URL, f"{URL}auth = {auth}\n", environ={"WEAK": "s3cret"})
    assert said in found[0]
    assert "s3cret" not in "".join(found)


@each_row(
    ("keys", "said"),
    [
        ('headers = { Authorization = "Bearer s3cret" }', "headers.Authorization: secrets must not be written"),
        ('headers = { X-Api-Key = "s3cret" }', "headers.X-Api-Key: secrets must not be written in the file"),
        ('encoding = "jsn"', 'encoding: "jsn" is not one of the allowed values. Remedy: did you mean `json`?'),
        ("timeout_ms = 5", "timeout_ms: `timeout_ms` is 5. Remedy: it must be from 100 to 60000"),
        ('method = "post"', "did you mean `POST`?"),
        ('auth = "bearer"', "auth: this is text, but must be a table. Remedy: write it as { key = value }"),
        ("concurrency = true", "concurrency: this is true or false, but must be a whole number"),
        (
            'fields = { phone = "contact.fone" }',
            "fields.phone: `contact.fone` is not a path of the lead. Remedy: did you",
        ),
        *[
            (
                f'fields = {{ a = "lead_id", b = {{ from = "{path}", values = {{ {wrong} = "W" }} }} }}',
                f"{said}. Remedy: {remedy}",
            )
            for path, wrong, said, remedy in (
                (
                    "fields.roof_shade",
                    "hevy",
                    'fields.b.values.hevy: `fields.roof_shade` is never "hevy"',
                    "did you mean `heavy`",
                ),
                ("fields.homeowner", "yes", '`fields.homeowner` is never "yes"', "it may be `false`, `true`"),
                ("contact.state", "Texas", '`contact.state` is never "Texas"', "remove it"),
                ("vertical", "solr", '`vertical` is never "solr"', "did you mean `solar`"),
                ("leg", "Shared", '`leg` is never "Shared"', "did you mean `shared`"),
            )
        ],
        (
            'fields = { lead_id = "lead_id", shade = "fields.roof_shad" }',
            "fields.shade: no vertical has a field `roof_shad`",
        ),
        ('fields = { a = "lead_id", b = { frm = "lead_id" } }', "fields.b.frm: there is no key `frm` here"),
        ('outcomes = [{ when = { status = 204 }, then = "rejectd" }]', "outcomes[0].then"),
        ("time_out = 5", "time_out: there is no key `time_out` here"),
    ],
)
def test_a_destination_that_makes_no_sense_is_refused_at_its_key(problems: Wrong, keys: str, said: str) -> None:
    (problem,) = problems(URL, f"{URL}{keys}\n")
    assert f"destinations.crm.{said}" in problem or said in problem
    assert "s3cret" not in problem


def test_several_mistakes_of_one_destination_are_told_at_once(problems: Wrong) -> None:
    found = problems(
        URL,
        'url = "https://crm.example.com"\nencoding = "jsn"\ntimeout_ms = 5\n'
        'fields = { a = { frm = "lead_id" }, b = { from = "price", as = "mony" } }\n',
    )
    assert [problem.split(": ")[1] for problem in found] == [
        "destinations.crm.encoding",
        "destinations.crm.timeout_ms",
        "destinations.crm.fields.a.frm",
        "destinations.crm.fields.b.as",
    ]


def test_every_wrong_path_of_every_destination_is_told_at_once(problems: Wrong) -> None:
    found = problems(
        URL,
        """url = "https://crm.example.com/{led_id}/{contact.fone}?bill={fields.bil}"
timeout_ms = 5
only = { "contact.stat" = ["TX"], "fields.homeownr" = [true] }
fields = { a = "contact.fone", b = { from = "contact.emial" }, c = "fields.roof_shad", d = "lead_id" }
[[destinations]]
name = "other"
url = "https://[crm.example.com/{led_id}"
fields = { a = "seler" }
""",
    )
    places = sorted(problem.split(": ")[1].removeprefix("destinations.") for problem in found)
    assert places == [
        "crm.fields.a",
        "crm.fields.b",
        "crm.fields.c",
        "crm.only.contact.stat",
        "crm.only.fields.homeownr",
        "crm.timeout_ms",
        *["crm.url"] * 3,
        "other.fields.a",
        "other.url",
    ]


@each_row("url", ["https://crm.example.com/?api_key=s3cret", "https://crm.example.com/?lead={lead_id}&token=s3cret"])
def test_a_secret_in_an_address_is_refused_and_not_shown(problems: Wrong, url: str) -> None:
    (problem,) = problems("https://crm.example.com/leads", url)
    assert "looks like a secret" in problem
    assert "s3cret" not in problem


def test_a_secret_address_is_resolved_as_a_whole(declared: Declaring, problems: Wrong) -> None:
    hook = "https://hooks.example.com/catch/s3cret"
    assert declared(URL, 'url = "env:HOOK"\n', environ={"HOOK": hook}).secrets == {"env:HOOK": hook}
    (problem,) = problems(URL, 'url = "env:HOOK"\n', environ={"HOOK": hook.replace("https", "http")})
    assert "must be https" in problem
    assert "s3cret" not in problem


def test_a_destination_that_nobody_uses_or_that_hides_the_lead_is_warned_of(warnings: Warned) -> None:
    assert "no campaign sends leads to it" in str(warnings('destinations = ["crm"]\n', "")[-1])
    (blind,) = warnings(URL, f'{URL}fields = {{ phone = "contact.phone" }}\n')
    assert "it does not receive our `lead_id`" in blind.reason
