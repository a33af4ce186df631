"""`python -m app.drill.kit.stepped`: any number of simulated days with any number of faults."""

import argparse
import sys
from pathlib import Path

import msgspec

from app.drill.kit.stepped.year import Year


def main() -> int:
    """1 where something did not hold; the last line is one JSON object, and the installation stays for a look."""
    parser = argparse.ArgumentParser(prog="python -m app.drill.kit.stepped", description=__doc__)
    parser.add_argument("--days", type=int, default=365, metavar="N")
    parser.add_argument("--faults", type=int, default=10_000, metavar="N", help="over all days")
    parser.add_argument("--leads", type=int, default=24, metavar="N", help="a day")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="made anew, and left there")
    wanted = parser.parse_args()
    report = Year(wanted.data, wanted.days, wanted.faults, wanted.seed, wanted.leads, _tell).live()
    _tell(msgspec.json.encode(report).decode())
    return 1 if report.findings else 0


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
