"""What the demo does before and beside its run; the run itself is an integration test."""

from hashlib import sha256
from pathlib import Path

import pytest

from app.cli import main
from app.cli.day.business_day import CRM_ADDRESS, US
from app.cli.service.demo import MARKET
from app.config.load import LoadedConfig, load
from app.mock_exchange.market.setup import read_setup
from app.packaged import DEMO_CONFIG


def test_a_directory_that_is_not_an_earlier_demos_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "leadbid.db").write_text("people")
    assert main(["demo", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path} is not empty and was not written by a demo: name another directory with --data\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["leadbid.db"]


def test_a_file_is_no_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["demo", "--data", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/file ")


def test_its_sellers_and_its_crm_are_those_of_its_configuration() -> None:
    read = load(DEMO_CONFIG, environ={})
    assert isinstance(read, LoadedConfig)
    market = read_setup(MARKET)
    assert {seller.name for seller in market.sellers} == {seller.name for seller in read.declared.sellers}
    keys = next(buyer.keys for buyer in market.buyers if buyer.name == US)
    for seller in read.declared.sellers:
        assert sha256(keys[seller.name].encode()).hexdigest() in seller.key_sha256
    assert CRM_ADDRESS in (DEMO_CONFIG).read_text()
