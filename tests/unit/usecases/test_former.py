"""Configurations that were in force before, in memory and as the database keeps them."""

import logging

import pytest

from app.domain.token import campaign_tag
from app.usecases.former import REMEMBERED, FormerConfigurations, blinded, packed, unpacked
from tests.build import catalogue, seller
from tests.service import DEMO_CONFIG
from tests.unit.usecases.reload.test_reload_catalogue import first

KEY = b"k" * 32


def test_a_configuration_is_kept_whole_but_for_the_hashes_of_keys() -> None:
    whole = first(DEMO_CONFIG).catalogue.configuration
    kept = packed(whole, KEY)
    (again,) = unpacked([(whole.config_hash, kept)])
    assert (again.buyer, again.verticals, again.campaigns, again.destinations) == (
        whole.buyer,
        whole.verticals,
        whole.campaigns,
        whole.destinations,
    )
    keys = [key for each in whole.sellers for key in each.key_sha256] + [whole.operators[0].key_sha256[0]]
    kept_keys = [key for each in again.sellers for key in each.key_sha256] + [again.operators[0].key_sha256[0]]
    assert kept_keys == [blinded(KEY, key) for key in keys]
    assert not {*keys} & {*kept_keys}


def test_one_that_cannot_be_read_is_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    whole = catalogue(sellers=[seller()]).configuration
    readable = packed(whole, KEY)
    assert [each.config_hash for each in unpacked([("bad", b"?"), ("worse", readable[:-9]), ("0" * 16, readable)])] == [
        "0" * 16
    ]
    assert [record.getMessage().split()[1] for record in caplog.records] == ["bad", "worse"]


def test_the_latest_are_found_by_the_tag_of_any_of_their_campaigns() -> None:
    former = FormerConfigurations()
    hashes = [f"{number:08x}00000000" for number in range(REMEMBERED + 2)]
    for config_hash in hashes:
        former.add(catalogue(config_hash=config_hash).configuration)
    former.add(catalogue(config_hash=hashes[2]).configuration)
    former.add(catalogue(config_hash="f" * 16).configuration)
    found = {config_hash: former.find(campaign_tag(config_hash, 7)) for config_hash in hashes}
    assert [config_hash for config_hash in hashes if found[config_hash] is None] == [*hashes[:2], hashes[3]]
    assert former.by_hash(hashes[2]) is found[hashes[2]]
    assert former.by_hash(hashes[2][:8] + "00000001") is None
