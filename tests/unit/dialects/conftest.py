"""A seller, a vertical and a digest that every reading test can use."""

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from app.dialects.generic import read_ping, read_post
from app.dialects.reading import Reading
from app.dialects.text import Scalar
from app.domain.identity import hash_digest
from app.domain.seller import Seller
from app.domain.vertical import Field, Vertical
from app.wire.ping import Ping
from app.wire.post import Post

AUTO = Vertical(
    name="auto_insurance",
    title="Auto Insurance",
    fields=(
        Field(name="age", type="integer", minimum=16, maximum=100, required=True),
        Field(name="credit_tier", type="choice", values=("excellent", "very_good", "poor"), aliases=("credit_rating",)),
        Field(name="homeowner", type="boolean", aliases=("own_home",)),
        Field(name="monthly_payment", type="number", minimum=0),
        Field(name="licensed_since", type="date"),
        Field(name="occupation", type="text"),
        Field(name="policy_number", type="text", known_at_ping=False, required=True),
    ),
)
SOLAR = Vertical(name="solar", title="Home Solar")


@pytest.fixture
def seller() -> Seller:
    return Seller(name="acme", title="Acme", key_sha256=())


@pytest.fixture
def auto() -> Vertical:
    return AUTO


@pytest.fixture
def verticals() -> Mapping[str, Vertical]:
    return {"auto_insurance": AUTO, "solar": SOLAR}


@pytest.fixture
def digest() -> Callable[[str, str], str]:
    return partial(hash_digest, b"k" * 32)


@pytest.fixture
def ping(
    seller: Seller, verticals: Mapping[str, Vertical], digest: Callable[[str, str], str]
) -> Callable[..., Reading[Ping]]:
    """Reads a good ping with some fields changed or added; `by` is another seller than acme."""

    def read(changes: Mapping[str, Scalar] | None = None, by: Seller = seller) -> Reading[Ping]:
        raw: dict[str, Scalar] = {"vertical": "auto_insurance", "zip": "78701", "age": 37}
        return read_ping(raw | dict(changes or {}), by, verticals, digest)

    return read


@pytest.fixture
def post(seller: Seller, verticals: Mapping[str, Vertical], auto: Vertical) -> Callable[..., Reading[Post]]:
    """Reads a good post with some fields changed or added."""

    def read(changes: Mapping[str, Scalar] | None = None, by: Seller = seller) -> Reading[Post]:
        raw: dict[str, Scalar] = {
            "ping_id": "C" + "a" * 63,
            "zip": "78701",
            "age": 37,
            "policy_number": "P-1",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "phone": "(512) 555-0134",
            "email": "ada@lovelace.example",
        }
        return read_post(raw | dict(changes or {}), by, verticals, auto)

    return read
