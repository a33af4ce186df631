"""`leadbid demo` from end to end, with fewer leads."""

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.cli import main
from app.domain.token import CONFIG_BYTES, read_on_trust


def test_a_demo_sells_delivers_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "demo"
    words = ["demo", "--leads", "12", "--seed", "2", "--data", str(data)]
    assert main([*words, "--json"]) == 0
    first = journal_of(data)
    capsys.readouterr()
    assert main(words) == 0
    # The same seed lives the same day, in the place of the day before.
    assert journal_of(data) == first
    said = capsys.readouterr().out
    for title in (
        " pings: ",
        "Sellers, journal, database and CRM agree.",
        "Why not\n",
        "Checks by providers\n",
        "Campaigns\n",
        "Caps that filled up most",
        "Win rate by leg and by the price",
        "median",
    ):
        assert title in said
    bought = int(said.partition(" leads bought for $")[0].rpartition(" ")[2])
    assert bought > 0
    assert f"Deliveries: {bought} of {bought} leads reached the CRM" in said
    for check in ("litigators", "phone-score", "trustedform"):
        assert re.search(rf"^  {check} .* \$\d+\.\d\d$", said, re.MULTILINE)
    assert "A lead that was bought\n" in said
    assert "= bid" in said
    assert "Retrained on its own outcomes 2 days later" in said
    assert said.count("conversion: too few conversions") == 5
    assert "solar 0001: " in said
    assert (data / "models" / "current.toml").exists()
    page = (data / "day.html").read_text()
    assert page.count("<svg") >= 5
    assert "<h1>Friday, November 20, 2026, simulated</h1>" in page


@pytest.mark.long
def test_sellers_that_obey_the_appetite_send_far_fewer_pings_and_sell_as_much(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["demo", "--appetite", "--json", "--leads", "400", "--seed", "7", "--data", str(tmp_path / "demo")]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    ignored, obeyed = told["ignored"], told["obeyed"]
    assert ignored["won"] >= 10
    assert obeyed["won"] == ignored["won"]
    assert obeyed["bids"] == ignored["bids"]
    assert obeyed["pings"] <= 0.6 * ignored["pings"]


def journal_of(data: Path) -> dict[str, list[str]]:
    """Every line of a journal by its file, without the configuration's hash: that holds where the CRM listened.

    Nor with the digests of posts, which named bids that begin with it.
    """

    def without(line: str) -> str:
        return re.sub('"([A-Za-z0-9_-]{64})"', unhashed, re.sub('"(?:config|request)":"[0-9a-f]+"', "", line))

    def unhashed(bid_id: "re.Match[str]") -> str:
        bid = read_on_trust(bid_id[1])
        return bid_id[0] if bid is None else str(replace(bid, campaign=bid.campaign[CONFIG_BYTES:]))

    return {
        path.name: [without(line) for line in path.read_text().splitlines()]
        for path in sorted((data / "journal").glob("*.jsonl"))
    }
