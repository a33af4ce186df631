"""What `leadbid init` writes, served: the ping that it says to send gets a bid in every vertical that ships."""

import re
import shlex
from pathlib import Path

import httpx
import pytest

from app.cli import main
from app.cli.service.init.shipped import SHIPPED
from tests.service import serve

OWN = ("--verticals", "pool_cleaning", "--fields", "homeowner boolean; pool choice inground above_ground")


def written(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, list[str]]:
    """The seller's key, and the words of the command that prints a ping of it."""
    assert main(["init", "--yes", "--config", str(path), *words]) == 0
    said = capsys.readouterr().out
    (key,) = re.findall(r"shown only now .*: ([a-z2-7]{40})", said)
    (sampling,) = re.findall(r"leadbid (sample .*) --curl", said)
    return key, shlex.split(sampling)


def test_every_vertical_that_ships_is_bid_for_by_its_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, sampling = written(tmp_path / "buyer.toml", capsys, "--verticals", ",".join(SHIPPED))
    with serve(tmp_path / "buyer.toml", tmp_path / "data") as service:
        for vertical in SHIPPED:
            sampling[sampling.index("--vertical") + 1] = vertical
            answer = asked(service.url, key, sampling, capsys)
            assert (answer["status"], answer["reason_code"]) == ("accepted", ""), vertical


def test_a_kind_of_lead_of_ones_own_is_bid_for_at_its_fallback_price_and_logged_as_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    key, sampling = written(tmp_path / "buyer.toml", capsys, *OWN, "--states", "WY, FL")
    with serve(tmp_path / "buyer.toml", tmp_path / "data") as service:
        answer = asked(service.url, key, sampling, capsys)
    assert (answer["status"], answer["price"]) == ("accepted", 5.0)
    assert "no model prices pool_cleaning" in caplog.text
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def asked(url: str, key: str, sampling: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The answer to the ping that this command prints."""
    assert main(sampling) == 0
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    body = capsys.readouterr().out
    answer: dict[str, object] = httpx.post(f"{url}/v1/ping", content=body, headers=headers, trust_env=False).json()
    return answer
