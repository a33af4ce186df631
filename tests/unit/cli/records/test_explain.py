"""`leadbid explain`."""

from pathlib import Path

import pytest

from app.cli import main
from app.domain.reasons import Refusal
from app.journal.configurations import keep
from app.usecases.answer_ping import refuse_ping
from app.usecases.bidder import Bidder
from tests import build
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


def test_what_if_stands_beside_what_it_got(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(bidder: Bidder) -> tuple[str, str]:
        keep(tmp_path / "journal", bidder.catalogue)
        decided, early = ask(bidder), refuse_ping(bidder, build.seller(), Refusal("missing_field", "zip"), build.NOW)
        journaled(bidder, tmp_path)
        return decided.ping_id, early.ping_id

    ping_id, early_id = at_bidder(tmp_path, scene, build.catalogue([build.campaign(fallback_cents=900)], models=[]))

    def told(name: str, *wanted: str) -> tuple[int, str, str]:
        words = [word for each in wanted for word in ("--what-if", each)]
        status = main(["explain", name, *words, "--data", str(tmp_path), "--models", str(tmp_path / "none")])
        said = capsys.readouterr()
        return status, said.out, said.err

    status, out, err = told(ping_id, "min_price=10.00", "monthly_bill=$90")
    assert (status, err) == (0, "")
    assert "  min_price: $10.00 instead of nothing" in out
    assert "  monthly_bill: 90.0 instead of 180.0" in out
    assert "unchanged, now     bid $9.00, exclusive, for solar-tx" in out
    assert "[below_floor]" in out
    assert told(ping_id, "zip=1")[::2] == (1, "zip: '1' cannot be read: write five digits\n")
    assert "refused before it was decided" in told(early_id, "zip=78701")[2]
