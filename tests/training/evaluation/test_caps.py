"""What stood at every ping becomes how full a cap was, hour by hour, beside its plan."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.auction.decide import Decision
from app.domain.auction.snapshot import Known, Standing
from app.domain.caps.caps import CapStanding
from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal
from app.journal.configurations import keep
from app.journal.lines import PingLine
from tests.build import campaign, cap, catalogue, ping, seller
from tests.journal import written
from training.evaluation.caps import Caps, caps

MIDNIGHT = 1_800_079_200.0
"""In Chicago."""
HASH = "0" * 16


def line(hour: float, used: int, dual: float = 0.0, config: str = HASH) -> PingLine:
    return PingLine(
        at=MIDNIGHT + 3_600.0 * hour,
        seller="acme",
        id=f"{round(hour * 100):024x}",
        ping=ping(),
        known=Known(),
        standing=Standing(caps={"solar-tx": (CapStanding(limit=10, used=used, dual=dual),)}),
        draw=Draw(0.5, 0.5),
        config=config,
        model="1",
        decision=Decision(refusal=Refusal("low_value")),
    )


def read(journal: Path, *lines: PingLine) -> Caps:
    keep(journal, catalogue(campaigns=[campaign(caps=(cap(limit=10),))]))
    written(journal, *lines)
    return caps([journal], "solar", MIDNIGHT, MIDNIGHT + 3 * 86_400.0, ())


def test_a_cap_fills_up_beside_its_plan(tmp_path: Path) -> None:
    found = read(tmp_path, line(0.5, 0), line(6.5, 4, 0.1), line(6.9, 5, 0.3), line(20.2, 10, 0.2))
    (window,) = found.windows
    assert window.counter == "campaign/solar-tx/daily//2027-01-16"
    assert [(hour, used) for hour, used in enumerate(window.used) if used is not None] == [(0, 0), (6, 5), (20, 10)]
    assert window.planned[11] == pytest.approx(5.0)
    assert window.planned[23] == pytest.approx(10.0)
    assert window.dual[6] == 0.3
    assert window.full_at == MIDNIGHT + 3_600.0 * 20.2
    (use,) = found.uses
    assert (use.windows, use.full, use.breached, use.fullest) == (1, 1, 0, 1.0)
    assert use.dual_most == pytest.approx(0.3 * 6_000)


def test_the_fullest_day_is_shown_and_a_breach_is_counted(tmp_path: Path) -> None:
    found = read(tmp_path, line(3.0, 2), line(30.0, 11))
    assert [window.most for window in found.windows] == [11]
    assert (found.uses[0].windows, found.breached) == (2, 1)


def test_a_ping_whose_configuration_is_not_kept_is_counted_and_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, line(3.0, 2, config="ab"))
    assert found == Caps(uses=(), windows=(), unread=1)


def test_a_sellers_cap_is_told_by_its_seller_and_counted_once(tmp_path: Path) -> None:
    own, sellers = cap(limit=10), cap(owner="acme", scope="seller", limit=5)
    campaigns = [campaign(caps=(own,)), campaign(name="solar-west", caps=())]
    keep(tmp_path, catalogue(campaigns=campaigns, sellers=[seller(caps=(sellers,))]))
    stood = {
        "solar-tx": (CapStanding(limit=10, used=3), CapStanding(limit=5, used=6)),
        "solar-west": (CapStanding(limit=5, used=6),),
    }
    written(tmp_path, replace(line(3.0, 0), standing=Standing(caps=stood)))
    found = caps([tmp_path], "solar", MIDNIGHT, MIDNIGHT + 86_400.0, ())
    assert {(use.owner, use.cap): (use.windows, use.breached) for use in found.uses} == {
        ("acme", "daily"): (1, 1),
        ("solar-tx", "daily"): (1, 0),
    }
    assert [(window.owner, window.most) for window in found.windows] == [("acme", 6), ("solar-tx", 3)]
