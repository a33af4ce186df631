"""A simulated day with faults keeps every promise, and is the same day again from its seed."""

from pathlib import Path

from msgspec.structs import replace

from app.drill.kills.simulated_year import lived
from app.drill.kit.apart import apart
from app.drill.kit.stepped.report import YearReport

SEED, FAULTS, LEADS = 5, 6, 10


def twice(folder: Path) -> list[YearReport]:
    return [lived(folder / str(number), 1, FAULTS, SEED, LEADS) for number in range(2)]


def test_a_day_of_faults_ends_well_and_can_be_lived_again(tmp_path: Path) -> None:
    first, second = apart(twice, tmp_path)
    assert first.findings == []
    assert first.faults > 0
    assert first.sales == first.deliveries > 0
    assert first.decided_again > 0
    assert replace(first, cpu_seconds=0.0) == replace(second, cpu_seconds=0.0)
