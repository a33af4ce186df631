"""The CRM that plays the buyer's part takes only what is really ours, and counts honestly."""

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.crm.signing import signature
from app.domain.delivery.destination_auth import signing_key
from app.mock_exchange.crm_receiver import FORGETFUL, CrmReceiver, CrmReply, is_signed
from tests.table import each_row

NOW = 1_790_000_000
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="


def headers(body: bytes, *keys: str, at: int = NOW) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(at),
        "webhook-signature": signature(tuple([signing_key(key) or b"" for key in keys]), "msg_1", at, body),
    }


def asked(receiver: CrmReceiver, method: str, path: str, body: bytes = b"", **sent: str) -> tuple[int, Any]:
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        messages.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    asyncio.run(receiver(scope, receive, send))
    text = messages[1]["body"].decode()
    return messages[0]["status"], json.loads(text) if text.startswith(("{", "[")) else text


def test_any_of_several_signatures_by_any_of_its_keys_is_enough() -> None:
    assert is_signed((KEY,), headers(b"{}", OTHER, KEY), b"{}", NOW)
    assert is_signed((OTHER, KEY), headers(b"{}", KEY), b"{}", NOW)


def test_a_changed_body_another_key_or_an_old_stamp_is_forged() -> None:
    assert not is_signed((KEY,), headers(b"{}", KEY), b"{ }", NOW)
    assert not is_signed((KEY,), headers(b"{}", OTHER), b"{}", NOW)
    assert not is_signed((KEY,), headers(b"{}", KEY), b"{}", NOW + 301)
    assert not is_signed((KEY,), headers(b"{}", KEY, at=NOW + 400), b"{}", NOW)


@each_row("sent", ["v1", "v1,a,b", "", "v1,ß"])
def test_a_malformed_signature_is_forged_and_no_error(sent: str) -> None:
    assert not is_signed((KEY,), headers(b"{}", KEY) | {"webhook-signature": sent}, b"{}", NOW)


def test_a_body_that_is_no_text_is_forged() -> None:
    assert not is_signed((KEY,), headers(b"{}", KEY), b"\xff", NOW)


@given(stamp=st.text(max_size=30), body=st.binary(max_size=20))
def test_no_stamp_or_body_breaks_the_check(stamp: str, body: bytes) -> None:
    is_signed((KEY,), headers(b"{}", KEY) | {"webhook-timestamp": stamp}, body, NOW)


def test_a_repeat_gets_the_same_answer_and_is_kept_once() -> None:
    receiver = CrmReceiver(lambda: float(NOW))
    first, again = (asked(receiver, "POST", "/leads", b'{"lead_id":"lead-1"}', webhook_id="msg_1") for _ in range(2))
    assert first == again == (200, {"success": True, "id": "crm-1"})
    assert asked(receiver, "GET", "/received") == (
        200,
        {"requests": 2, "forged": 0, "repeated": 1, "kept": 1, "lead_ids": ["lead-1"]},
    )


def test_the_script_is_played_and_then_it_answers_well() -> None:
    receiver = CrmReceiver(lambda: float(NOW), script=(CrmReply(status=503), FORGETFUL))
    answers = [asked(receiver, "POST", "/leads", b"<lead_id>lead-1</lead_id>", webhook_id="m")[0] for _ in range(3)]
    assert answers == [503, 500, 200]
    assert receiver.received().repeated == 1
    assert receiver.received().lead_ids == ("lead-1",)


def test_the_script_can_be_set_over_http() -> None:
    receiver = CrmReceiver(lambda: float(NOW))
    assert asked(receiver, "PUT", "/script", b'[{"status": 418}]')[0] == 204
    assert asked(receiver, "POST", "/leads")[0] == 418
    assert asked(receiver, "PUT", "/script", b'[{"status": "x"}]')[0] == 400


def test_a_lead_may_be_worded_as_a_form_too() -> None:
    receiver = CrmReceiver(lambda: float(NOW))
    asked(receiver, "POST", "/leads", b"first=Ada&lead_id=lead-7&x=1")
    assert receiver.received().lead_ids == ("lead-7",)
