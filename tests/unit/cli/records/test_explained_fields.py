"""`leadbid explain` says what each field of a ping added, by the version that decided it."""

import re
from pathlib import Path

import pytest

from app.cli import main
from app.journal.configurations import keep
from app.scoring.load import load_version
from app.usecases.bidder import Bidder
from tests.bidder import ask, at_bidder, journaled
from tests.build import catalogue
from tests.service import MODELS

Capture = pytest.CaptureFixture[str]
FIELDS = {"credit_tier": "excellent", "monthly_bill": 320.0, "homeowner": True}


@pytest.fixture
def asked(tmp_path: Path) -> tuple[str, float]:
    """A ping_id in the journal of this folder, and the probability that its bid was computed from."""
    whole = catalogue(models=[load_version(MODELS, "solar", "0001")[0]])

    async def scene(bidder: Bidder) -> tuple[str, float]:
        answer = ask(bidder, fields=FIELDS, lead_type="exclusive")
        (line,) = journaled(bidder, tmp_path)
        valuation = line.decision.bids[0].valuation  # type: ignore[union-attr]
        return answer.ping_id, valuation.probability  # type: ignore[union-attr]

    keep(tmp_path / "journal", whole)
    return at_bidder(tmp_path, scene, whole)


def test_what_the_fields_add_sums_to_the_probability_of_the_bid(
    tmp_path: Path, capsys: Capture, asked: tuple[str, float]
) -> None:
    ping_id, probability = asked
    assert main(["explain", ping_id, "--data", str(tmp_path), "--models", str(MODELS)]) == 0
    _, _, told = capsys.readouterr().out.partition("what its fields add to the log-odds")
    assert re.search(r"    \+ credit_tier excellent +0\.\d{3}\n", told)
    usual, score, calibrated = re.findall(
        r"a usual lead +(\S+)\n.*= log-odds +(\S+) \(calibrated: (\S+)\)", told, re.DOTALL
    )[0]
    terms = re.findall(r"^    ([+-]) .*? (\d\.\d{3})$", told, re.MULTILINE)
    added = sum(float(f"{sign}{size}") for sign, size in terms)
    assert float(usual) + added == pytest.approx(float(score), abs=0.01)
    assert float(calibrated) == pytest.approx(probability, abs=1e-4)


def test_a_version_that_is_not_there_is_named_and_the_rest_is_explained(
    tmp_path: Path, capsys: Capture, asked: tuple[str, float]
) -> None:
    assert main(["explain", asked[0], "--data", str(tmp_path), "--models", str(tmp_path / "none")]) == 0
    told = capsys.readouterr().out
    assert "what its fields add is not shown: " in told
    assert "does not hold solar 0001 as it was trained" in told
    assert "conversion probability" in told


def test_without_its_configuration_the_hour_is_not_known_and_so_said(
    tmp_path: Path, capsys: Capture, asked: tuple[str, float]
) -> None:
    for path in (tmp_path / "journal" / "configurations").iterdir():
        path.unlink()
    assert main(["explain", asked[0], "--data", str(tmp_path), "--models", str(MODELS)]) == 0
    assert "is not shown: configuration " in capsys.readouterr().out
