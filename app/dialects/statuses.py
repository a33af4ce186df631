"""What HTTP says of an answer, as far as its seller goes by that."""

from app.dialects.dialect import Dialect
from app.domain.seller import Statuses
from app.wire.feedback import Receipt
from app.wire.ping import PingAnswer
from app.wire.post import PostAnswer

ORIGINAL = "X-Original-Status-Code"
"""The header with the real code, for a seller whose answers always have HTTP 200."""

_FAULTS = {"auth_failed": 401, "rate_limited": 429, "internal": 503}
"""What is no answer of business; every other ping is answered 200, and every other post that is not bought."""

_STRICT = {"missing_field": 400, "invalid_field": 400, "duplicate": 409}
"""What HTTP says of a refused post to a seller that goes by its codes; every other refusal is 422."""


def ping_status(answer: PingAnswer) -> int:
    """The code of the answer to a ping."""
    return _FAULTS.get(answer.reason_code, 200)


def post_status(answer: PostAnswer, dialect: Dialect, statuses: Statuses) -> int:
    """The code of the answer to a post; `usual` where nobody knows the seller."""
    if answer.status == "accepted":
        return dialect.bought
    fault = _FAULTS.get(answer.reason_code)
    if fault is not None:
        return fault
    return _STRICT.get(answer.reason_code, 422) if statuses == "strict_rest" else 200


def receipt_status(receipt: Receipt, statuses: Statuses) -> int:
    """The code of the answer to feedback."""
    if not receipt.reason_code:
        return 200
    fault = _FAULTS.get(receipt.reason_code)
    if fault is not None:
        return fault
    return _STRICT.get(receipt.reason_code, 422) if statuses == "strict_rest" else 400


def told_status(status: int, statuses: Statuses) -> tuple[int, dict[str, str]]:
    """The HTTP code for this seller, with the header that goes with it."""
    if status != 200 and statuses == "always_200":
        return 200, {ORIGINAL: str(status)}
    return status, {}
