"""`leadbid demo` from end to end, with fewer leads."""

from pathlib import Path

import pytest

from app.cli import main


def test_a_demo_sells_delivers_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "demo"
    for words in (["--leads", "2", "--json"], ["--leads", "40"]):
        assert main(["demo", *words, "--seed", "2", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    for title in (
        " pings: ",
        "Sellers, journal, database and CRM agree.",
        "Why not\n",
        "Campaigns\n",
        "Caps that filled up most",
        "Win rate by the price",
        "median",
    ):
        assert title in said
    bought = int(said.partition(" leads bought for $")[0].rpartition(" ")[2])
    assert bought > 0
    assert f"Deliveries: {bought} of {bought} leads reached the CRM" in said
    assert "A lead that was bought\n" in said
    assert "= bid" in said
    assert "Retrained on its own outcomes 2 days later" in said
    assert said.count("conversion: too few conversions") == 5
    assert "solar 0001: " in said
    assert (data / "models" / "current.toml").exists()
    page = (data / "day.html").read_text()
    assert page.count("<svg") >= 5
    assert "<h1>Friday, 20 November 2026</h1>" in page
