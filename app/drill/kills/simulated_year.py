"""A year of trade in stepped time with some 10,000 faults: everything is compared after each step."""

import sys
from pathlib import Path

from app.drill.drill import CAPS_OVERRUN, DELIVERIES_LOST, LOST, REPLAYS_DIFFER, SOLD_TWICE, Say
from app.drill.kit.apart import apart
from app.drill.kit.stepped.report import YearReport
from app.drill.kit.stepped.year import Year

PROMISE = (
    "a year of kills, errors, lost answers, full disks and clocks that are set overruns no cap, sells no lead twice, "
    "loses no lead and no delivery, and every book says the same"
)
IN_SAMPLE = True

DAYS, FAULTS = 365, 10_000
DAYS_IN_SAMPLE, FAULTS_IN_SAMPLE = 7, 24
LEADS_A_DAY = 24

_NEVER = {
    LOST: ("is not in the database", "the database has"),
    SOLD_TWICE: ("was bought twice", " ids", "and then"),
    CAPS_OVERRUN: ("is over ",),
    DELIVERIES_LOST: ("was given up", "does not have it", "are not delivered", "no delivery"),
    REPLAYS_DIFFER: ("decided otherwise",),
}
"""By which words a finding is one of those that must never be."""


def drill(folder: Path, say: Say) -> list[str]:
    """The year, or in a sample a week of it; the first finding ends it, and its seed leads to it again."""
    days, faults = (DAYS_IN_SAMPLE, FAULTS_IN_SAMPLE) if say.is_sample else (DAYS, FAULTS)
    report = apart(lived, folder / "year", days, faults, say.seed, LEADS_A_DAY)
    for figure in (
        "days",
        "steps",
        "leads",
        "sales",
        "deliveries",
        "dead_letters",
        "kills",
        "faults",
        "lives",
        "refused_starts",
        "cpu_seconds",
    ):
        say.count(figure.replace("_", " "), getattr(report, figure))
    say.count("decided again", report.decided_again)
    for figure, words in _NEVER.items():
        say.count(figure, sum(any(word in finding for word in words) for finding in report.findings))
    for name, count in sorted(report.by_kind().items()):
        say(f"{name}: {count}")
    return report.findings


def lived(folder: Path, days: int, faults: int, seed: int, leads_a_day: int) -> YearReport:
    """So many days with so many faults, in a process that has no thread."""
    return Year(folder, days, faults, seed, leads_a_day, _tell).live()


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
