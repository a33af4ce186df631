"""A known field in whose place stands an object is refused or warned of, as any other that cannot be read."""

from collections.abc import Callable

import pytest

from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.reasons import Refusal
from app.wire.ping import Ping
from app.wire.post import Post

LOST = "sent in a form that cannot be read; it was left out"
MOMENT = "a time in ISO 8601 or epoch seconds, no object"


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ({"created_at.date": "2026-11-20 10:00:00.000000", "created_at.timezone": "America/New_York"}, "created_at"),
        ({"lead.createdAt.seconds": 1_795_168_800}, "created_at"),
        ({"timestamp.$date": "2026-11-20T10:00:00Z"}, "created_at"),
    ],
)
def test_a_time_that_is_an_object_may_be_an_old_one(
    ping: Callable[..., Reading[Ping]], post: Callable[..., Reading[Post]], sent: dict[str, Scalar], refused: str
) -> None:
    for read in (ping, post):
        assert read(sent).value == Refusal("invalid_field", f"{refused}: {MOMENT}")


def test_so_may_be_a_time_of_consent(ping: Callable[..., Reading[Ping]], post: Callable[..., Reading[Post]]) -> None:
    sent: dict[str, Scalar] = {"consent_at._seconds": 1_795_168_800, "consent_at._nanoseconds": 0}
    assert post(sent).value == Refusal("invalid_field", f"consent_at: {MOMENT}")
    assert ping(sent).warnings == (f"consent_at: {LOST}",)


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"monthly_payment.amount": 120, "monthly_payment.currency": "USD"}, "monthly_payment"),
        ({"credit_tier.rating": "poor"}, "credit_tier"),
        ({"occupation.title": "nurse", "occupation.since": 2003}, "occupation"),
        ({"trustedform_cert_url.token": "8a5f4070c91bd173f392ad4894f9fb3b76189976"}, "trustedform_cert_url"),
    ],
)
def test_what_no_rule_reads_is_left_out_with_a_warning(
    ping: Callable[..., Reading[Ping]], post: Callable[..., Reading[Post]], sent: dict[str, Scalar], named: str
) -> None:
    for read in (ping, post):
        assert read(sent).warnings == (f"{named}: {LOST}",)


def test_what_a_rule_needs_is_refused_by_name(ping: Callable[..., Reading[Ping]]) -> None:
    assert ping({"state.code": "TX"}).value == Refusal("invalid_field", "state: two letters of a US state, no object")


def test_a_city_that_is_an_object_is_warned_of(post: Callable[..., Reading[Post]]) -> None:
    assert post({"city.name": "Austin"}).warnings == (f"city: {LOST}",)


@pytest.mark.parametrize(
    "sent",
    [
        {"tcpa.text": "I agree that agents may call me about quotes.", "tcpa.page": 7},
        {"created_at.seconds": None, "created_at.zone": "N/A"},
        {"state": "TX", "state.code": "TX"},
        {"state.nil": "true", "monthly_payment.type": "xs:decimal", "credit_tier.lang": "en"},
        {"credit_tier.value": "poor", "credit_tier.label": "Poor"},
        {"consent_at.date": "2026-11-20 10:00:00.000000", "consent_at.timezone": "UTC"},
        {"age": 37, "age.months": 4},
    ],
)
def test_an_object_that_only_groups_or_says_nothing_is_none(
    ping: Callable[..., Reading[Ping]], sent: dict[str, Scalar]
) -> None:
    reading = ping(sent)
    assert isinstance(reading.value, Ping)
    assert reading.warnings == ()
