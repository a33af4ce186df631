"""Standard Webhooks signatures, with every currently valid key."""

from datetime import UTC, datetime

from standardwebhooks import Webhook


def signature(keys: tuple[bytes, ...], webhook_id: str, attempted_at: int, body: bytes) -> str:
    """The `webhook-signature` of this body: one signature a key, parted by spaces.

    A receiver accepts any one of them, so that it can change its key in its own time.
    """
    # The library takes the wall time of whatever zone it is given for UTC.
    at = datetime.fromtimestamp(attempted_at, UTC)
    return " ".join(Webhook(key).sign(webhook_id, at, body.decode()) for key in keys)
