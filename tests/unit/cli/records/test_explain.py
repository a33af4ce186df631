"""`leadbid explain`."""

from pathlib import Path

import pytest

from app.cli import main
from app.usecases.bidder import Bidder
from tests.bidder import ask, at_bidder, journaled


def test_a_ping_is_explained_by_its_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(bidder: Bidder) -> str:
        answer = ask(bidder)
        journaled(bidder, tmp_path)
        return answer.ping_id

    ping_id = at_bidder(tmp_path, scene)
    assert main(["explain", ping_id, "--data", str(tmp_path)]) == 0
    assert "  bid $24.72, exclusive, for solar-tx (Bright Roofs)\n" in capsys.readouterr().out


def test_what_the_journal_does_not_know_fails_and_says_where_it_looked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "0" * 24, "--data", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"no database ({tmp_path}/leadbid.db is not there)" in said.err
    assert f"the journal {tmp_path}/journal (no lines)" in said.err
