"""What a destination may declare, and what is refused with a reason."""

import base64
import re
import tomllib
from collections.abc import Callable
from itertools import product
from typing import Any

import msgspec
import pytest

from app.domain.delivery.destination import (
    Destination,
    Source,
    can_join_outcomes,
    path_trouble,
    placeholders,
    require_secrets,
    secret_references,
)
from app.domain.delivery.destination_auth import BasicAuth, StandardWebhooksAuth, signing_key
from tests.table import each_row

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

FOLLOW_UP = """
name = "followup"
url = "https://crm.example.com/v1/events/{lead_id}"
headers = { X-System = "leadbid" }
auth = { type = "basic", user = "env:CRM_KEY" }
crm_id = { json = "id" }

[fields]
"person.firstName" = "contact.first_name"
"person.phones.0.value" = { from = "contact.phone", as = "e164" }
"source" = { constant = "acme" }

[[outcomes]]
when = { status = 204 }
then = "rejected"
note = "the lead flow is archived"
"""


def declared(**changes: Any) -> Destination:
    table: dict[str, Any] = {"name": "crm", "url": "https://crm.example.com/leads"}
    return msgspec.convert(table | changes, Destination)


def refusal(**changes: Any) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        declared(**changes)
    return str(caught.value)


def test_a_destination_is_read_from_toml_as_it_stands() -> None:
    destination = msgspec.convert(tomllib.loads(FOLLOW_UP), Destination)
    assert destination.auth == BasicAuth(user="env:CRM_KEY")
    assert destination.fields["person.phones.0.value"] == Source(path="contact.phone", style="e164")
    assert destination.outcomes[0].when.status == 204
    assert secret_references(destination) == ("env:CRM_KEY",)


@each_row(
    ("changes", "said"),
    [
        ({"ulr": "x"}, "ulr"),
        ({"url": "http://crm.example.com/"}, "must be https"),
        ({"url": "ftp://crm.example.com/"}, "https://"),
        ({"url": "https://{contact.city}.example.com/"}, "placeholder in its host"),
        ({"url": "https://me:pass@crm.example.com/"}, "use `auth`"),
        ({"url": "https://crm.example.com:port/"}, "cannot be read"),
        ({"url": "https://crm.example.com/a b"}, "without spaces"),
        ({"url": "https://crm.exämple.com/"}, "ASCII"),
        ({"method": "GET"}, "GET has no body"),
        ({"timeout_ms": 5}, "timeout_ms"),
        ({"concurrency": 0}, "concurrency"),
        ({"headers": {"X Bad": "a"}}, "name of a header"),
        ({"headers": {"X-Bad": "a\r\nX-Other: b"}}, "one line"),
        ({"fields": {"phone": {"constant": "a", "from": "contact.phone"}}}, "either `from`"),
        ({"fields": {"phone": {"as": "e164"}}}, "either `from`"),
        ({"fields": {"a": "lead_id", "a.b": "contact.phone"}}, "cannot hold both"),
        ({"fields": {"a..b": "lead_id"}}, "empty name"),
        ({"encoding": "xml", "fields": {"a.b": "lead_id", "c.d": "price"}}, "one root"),
        ({"encoding": "xml", "fields": {"a.first name": "lead_id"}}, "XML names"),
        ({"auth": {"type": "bearer", "token": "abc"}}, "must be a reference"),
        ({"auth": {"type": "basic", "user": "me", "password": "abc"}}, "must be a reference"),
        ({"auth": {"type": "standard_webhooks", "secrets": []}}, "at least one"),
        ({"auth": {"type": "oauth9"}}, "oauth9"),
        ({"outcomes": [{"when": {}, "then": "rejected"}]}, "hold for every answer"),
        ({"outcomes": [{"when": {"status": "20x"}, "then": "rejected"}]}, "2xx"),
        ({"outcomes": [{"when": {"regex": "("}, "then": "rejected"}]}, "cannot be read"),
        ({"outcomes": [{"when": {"regex": "(a+)+b"}, "then": "rejected"}]}, "`)+b` at character 4 is not allowed"),
        ({"outcomes": [{"when": {"json": "a", "xml": "b"}, "then": "rejected"}]}, "name one of"),
        ({"outcomes": [{"when": {"status": 200}, "then": "perhaps"}]}, "perhaps"),
    ],
)
def test_a_mistake_is_refused_with_its_reason(changes: dict[str, Any], said: str) -> None:
    assert said in refusal(**changes)


def test_a_refusal_names_where_it_stands() -> None:
    assert "$.fields[...]" in refusal(fields={"phone": {"as": "e164"}})
    assert "$.auth" in refusal(auth={"type": "bearer", "token": "abc"})


def test_a_path_that_no_lead_has_is_told_with_the_one_that_was_meant() -> None:
    assert path_trouble("contact.phone") == path_trouble("fields.anything") == ""
    assert "did you mean `contact.phone`?" in path_trouble("phone")
    assert "use one such as" in path_trouble("qqq")
    assert placeholders("https://crm.example/{lead_id}/a?b={contact.phone}") == ["lead_id", "contact.phone"]
    assert placeholders("https://[crm/{lead_id}") == []


def test_plain_http_is_for_hosts_that_are_allowed_by_name() -> None:
    assert declared(url="http://127.0.0.1:9000/", allow_private_hosts=["127.0.0.1"]).name == "crm"


def test_every_secret_is_named_once() -> None:
    destination = declared(
        url="env:HOOK_URL",
        headers={"X-System-Key": "file:/run/key", "X-System": "leadbid"},
        auth={"type": "standard_webhooks", "secrets": ["env:NEW", "env:OLD", "env:NEW"]},
    )
    assert secret_references(destination) == ("env:HOOK_URL", "file:/run/key", "env:NEW", "env:OLD")


@each_row(
    ("secrets", "said"),
    [
        ({}, "`env:URL` is missing"),
        ({"env:URL": "https://h.example/x", "env:KEY": ""}, "`env:KEY` is missing"),
        ({"env:URL": "https://h.example/x", "env:KEY": "two\nlines"}, "one line"),
        ({"env:URL": "https://h.example/x", "env:KEY": "whsec_short"}, "whsec_"),
        ({"env:URL": "http://h.example/s3cret", "env:KEY": KEY}, "must be https"),
        ({"env:URL": "https://h.example:s3cret/", "env:KEY": KEY}, "cannot be read"),
    ],
)
def test_a_secret_that_cannot_serve_is_refused_unseen(secrets: dict[str, str], said: str) -> None:
    destination = Destination(name="hook", url="env:URL", auth=StandardWebhooksAuth(secrets=("env:KEY",)))
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        require_secrets(destination, secrets)
    assert "s3cret" not in str(caught.value)
    require_secrets(destination, {"env:URL": "https://h.example/x", "env:KEY": KEY})


@each_row("write", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
def test_a_signing_secret_may_be_written_in_any_base64(write: Callable[[bytes], bytes]) -> None:
    destination = Destination(name="hook", url="https://h.example/x", auth=StandardWebhooksAuth(secrets=("env:KEY",)))
    for size, end, prefix in product((24, 25, 32, 48, 49, 64), ("=", ""), ("whsec_", "")):
        key = bytes(range(255, 255 - size, -1))
        secret = prefix + write(key).decode().rstrip("=\n") + end * (-size % 3)
        require_secrets(destination, {"env:KEY": secret})
        assert signing_key(secret) == key


@each_row("secret", ["", "whsec_", "A" * 31, "A" * 87, "not base64, but as long as a secret"])
def test_what_is_no_signing_secret_is_none(secret: str) -> None:
    assert signing_key(secret) is None


def test_a_crm_that_does_not_learn_the_lead_id_is_noticed() -> None:
    assert can_join_outcomes(declared())
    assert can_join_outcomes(declared(fields={"external_id": "lead_id"}))
    assert can_join_outcomes(declared(url="https://crm.example.com/{lead_id}", fields={"p": "contact.phone"}))
    assert not can_join_outcomes(declared(fields={"p": {"from": "contact.phone"}}))


def test_outcomes_of_a_crm_that_answers_with_its_own_id_can_be_joined() -> None:
    assert can_join_outcomes(declared(fields={"p": "contact.phone"}, crm_id={"json": "id"}))
    assert can_join_outcomes(declared(fields={"p": "contact.phone", "bid": "ping_id"}))
