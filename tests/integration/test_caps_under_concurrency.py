"""Thirty-two posters, two hundred live bids, a cap of one hundred: exactly one hundred leads are bought."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from app.config.load import LoadedConfig, load
from app.dialects.generic import read_post
from app.domain.auction.marks import lead_terms
from app.domain.token import NO_CERTIFICATE, BidToken, campaign_tag, mint, nonce_of
from app.mock_exchange.consumers import post_of
from app.settings import Settings, load_keys
from app.store.migrate import migrate
from app.wire.post import Post
from tests.market import KEY, VERTICAL, demo_with_crm, someone
from tests.service import Service, serve

CAP = 100
BIDS = 200
POSTERS = 32


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("own_postgres_url")


def test_a_cap_is_exact_under_concurrent_posts(tmp_path: Path, database_url: str) -> None:
    with demo_with_crm(tmp_path / "config") as (config, _):
        config.write_text(config.read_text().replace("limit = 10_000, window", f"limit = {CAP}, window"))
        data = tmp_path / "data"
        if database_url:
            load_keys(Settings(config=config, data=data), os.urandom)
            migrate(database_url)
        with serve(config, data, database_url=database_url) as service:
            posts = list(_posts(service))
            with _client(service) as http, ThreadPoolExecutor(POSTERS) as pool:
                answers = list(pool.map(lambda body: http.post("/v1/post", headers=KEY, json=body).json(), posts))
    assert Counter((answer["status"], answer["reason_code"]) for answer in answers) == {
        ("accepted", ""): CAP,
        ("rejected", "cap_reached"): BIDS - CAP,
    }


def _posts(service: Service) -> Iterator[dict[str, object]]:
    """The posts to bids that this process signs itself, as another replica would have."""
    read = load(service.settings.config, environ=os.environ)
    assert isinstance(read, LoadedConfig)
    declared, keys = read.declared, service.keys
    seller = next(seller for seller in declared.sellers if seller.name == "acme")
    position = [campaign.name for campaign in declared.campaigns].index("auto-anywhere")
    verticals = {vertical.name: vertical for vertical in declared.verticals}
    for number in range(1, BIDS + 1):
        body: dict[str, object] = dict(post_of(someone(number), "C" + "x" * 63, time.time()))
        post = read_post(body, seller, verticals, verticals[VERTICAL]).value  # type: ignore[arg-type]
        assert isinstance(post, Post)
        bid = BidToken(
            expires_at=int(time.time()) + 120,
            price_cents=1250,
            campaign=campaign_tag(declared.config_hash, position),
            leg="exclusive",
            test=False,
            nonce=nonce_of(keys.index, "acme", "lead", post.seller_lead_id, test=False),
            terms=lead_terms(keys, "acme", VERTICAL, post, verticals[VERTICAL].locked),
            certificate=NO_CERTIFICATE,
        )
        yield body | {"ping_id": mint(bid, keys.signing_id, keys.signing[keys.signing_id])}


def _client(service: Service) -> httpx.Client:
    limits = httpx.Limits(max_connections=POSTERS)
    return httpx.Client(base_url=service.url, trust_env=False, timeout=30.0, limits=limits)
