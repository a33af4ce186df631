"""The demo's configuration keeps what it promises to newcomers."""

import hashlib
from pathlib import Path

import pytest

from app.config.load import Declared, LoadedConfig, load
from app.domain.calendar import local_time
from app.domain.territory import Territory

DEMO = Path(__file__).parents[3] / "fixtures/demo/buyer.toml"
KEYS = {"acme": "demo-acme-key", "bluebird": "demo-bluebird-key", "cascade": "demo-cascade-key"}


@pytest.fixture(scope="module")
def loaded_demo() -> LoadedConfig:
    found = load(DEMO, environ={})
    assert isinstance(found, LoadedConfig), "\n".join(map(str, found))
    return found


@pytest.fixture
def demo(loaded_demo: LoadedConfig) -> Declared:
    return loaded_demo.declared


def test_only_the_published_keys_and_hours_for_a_crm_that_waits_are_warned_of(loaded_demo: LoadedConfig) -> None:
    assert [warning.path for warning in loaded_demo.warnings] == [
        "campaigns.auto-texas-agents.schedule",
        "campaigns.solar-sunbelt.schedule",
        "campaigns.mortgage-refinance.schedule",
        "sellers.acme.key_sha256",
    ]


def test_the_published_keys_open_the_demo(demo: Declared) -> None:
    hashes = {seller.name: seller.key_sha256 for seller in demo.sellers}
    assert hashes == {name: (hashlib.sha256(key.encode()).hexdigest(),) for name, key in KEYS.items()}
    assert demo.operators[0].key_sha256 == (hashlib.sha256(b"demo-operator-key").hexdigest(),)


@pytest.mark.parametrize("vertical", ["auto_insurance", "solar", "mortgage", "personal_injury", "roofing"])
def test_a_newcomers_first_lead_is_wanted_everywhere_at_all_hours(demo: Declared, vertical: str) -> None:
    (campaign,) = [one for one in demo.campaigns if one.vertical == vertical and one.name.endswith("-anywhere")]
    assert campaign.territory == Territory()
    assert campaign.filters == ()
    assert [(cap.limit, cap.window) for cap in campaign.caps] == [(10_000, "day")]
    assert all(campaign.schedule.is_open(local_time(hour * 3600.0, campaign.zone)) for hour in range(168))
    # One conversion in a hundred leads still pays for the lowest price.
    assert 0.01 * campaign.worth.base_cents - campaign.handling_cents > campaign.floor_cents
    assert campaign.fallback_cents is not None


def test_acme_meets_no_limit_that_a_test_can_reach(demo: Declared) -> None:
    (acme,) = [seller for seller in demo.sellers if seller.name == "acme"]
    assert (acme.rate_per_s, acme.caps, acme.paused, acme.disclosure, acme.format) == (0.0, (), False, "full", "json")


def test_the_demo_shows_what_a_buyer_can_declare(demo: Declared) -> None:
    legs = {campaign.legs for campaign in demo.campaigns}
    assert legs == {("exclusive",), ("shared",), ("exclusive", "shared")}
    caps = [cap for campaign in demo.campaigns for cap in campaign.caps]
    assert {cap.scope for cap in caps} == {"campaign", "campaign_seller", "campaign_territory"}
    assert {cap.window for cap in caps} == {"hour", "day", "week", "month"}
    assert {cap.measure for cap in caps} == {"count", "spend"}
    assert any(campaign.schedule.boosts for campaign in demo.campaigns)
    assert any(campaign.worth.field for campaign in demo.campaigns)
    assert any(len(campaign.territory.zips) > 50 for campaign in demo.campaigns)


def test_the_demos_secret_is_plainly_one_of_a_demo(demo: Declared) -> None:
    (secret,) = demo.secrets.values()
    assert secret.startswith("whsec_")
    assert demo.destinations[0].url == "http://127.0.0.1:8081/leads"
