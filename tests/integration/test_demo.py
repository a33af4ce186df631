"""`leadbid demo` from end to end, with fewer leads."""

from pathlib import Path

import pytest

from app.cli import main


def test_a_demo_sells_delivers_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "demo"
    for seed in ("1", "2"):
        assert main(["demo", "--leads", "40", "--seed", seed, "--data", str(data)]) == 0
        said = capsys.readouterr().out
        for title in (
            "Offering 40 leads:",
            "40 pings: ",
            "Why not\n",
            "Campaigns\n",
            "Caps in this window\n",
            "median",
        ):
            assert title in said
        bought = int(said.partition(" leads bought for $")[0].rpartition("\n")[2])
        assert bought > 0
        assert f"Deliveries: {bought} of {bought} leads reached the CRM" in said
        assert "A lead that was bought\n" in said
        assert "= bid" in said
