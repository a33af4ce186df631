"""`python -m app.drill.year`: lives a simulated year, and exits with 1 where something did not hold."""

import argparse
import sys
from pathlib import Path

import msgspec

from app.drill.year.year import Year


def main() -> int:
    """The last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m app.drill.year", description=__doc__)
    parser.add_argument("--days", type=int, default=365, metavar="N")
    parser.add_argument("--faults", type=int, default=10_000, metavar="N", help="over all days")
    parser.add_argument("--leads", type=int, default=24, metavar="N", help="a day")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="made anew, and left there")
    wanted = parser.parse_args()
    report = Year(wanted.data, wanted.days, wanted.faults, wanted.seed, wanted.leads, print).live()
    print(msgspec.json.encode(report).decode())
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
