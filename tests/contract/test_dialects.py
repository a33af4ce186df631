"""Every platform gets, over real HTTP and in its own words, what its fixtures say."""

import time
from pathlib import Path

from app.platforms.known import DIALECTS
from tests.contract.conftest import Played
from tests.contract.platforms import platforms_with_fixtures, scenarios_of
from tests.contract.scenario import filled
from tests.contract.test_fixtures import holding
from tests.table import each_row

SCENARIOS = [path for name in platforms_with_fixtures() for path in scenarios_of(name)]
each_scenario = each_row("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")


@each_scenario
def test_a_platform_gets_what_its_fixture_says(path: Path, played: Played) -> None:
    exchanges = played(path)
    answers = [exchange.answer for exchange in exchanges]
    for number, exchange in enumerate(exchanges, 1):
        step, told = exchange.step, f"step {number}: {exchange.status} {exchange.raw.decode()}"
        assert exchange.status == step.status, told
        assert holding(exchange.answer, step.answer) == filled(step.answer, answers, time.time()), told
        assert step.same_as == 0 or exchange.raw == exchanges[step.same_as - 1].raw, told


def test_every_dialect_has_its_fixtures() -> None:
    assert {path.parent.name for path in SCENARIOS} == set(DIALECTS) - {"generic"}
