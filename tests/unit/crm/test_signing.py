"""Signatures that any Standard Webhooks library accepts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from app.crm.signing import signature
from app.domain.delivery.destination_auth import signing_key

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="


def key_of(secret: str) -> bytes:
    key = signing_key(secret)
    assert key is not None
    return key


def test_the_signature_is_that_of_the_specifications_example() -> None:
    signed = signature((key_of(OLD),), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(body=st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_old_and_new_key_both_verify_during_a_rotation(body: bytes) -> None:
    now = int(time.time())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": signature((key_of(NEW), key_of(OLD)), "msg_1", now, body),
    }
    for key in (OLD, NEW):
        Webhook(key).verify(body, headers, json_parse=False)


def test_another_key_does_not_verify() -> None:
    now = int(time.time())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": signature((key_of(OLD),), "msg_1", now, b"{}"),
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(b"{}", headers)
