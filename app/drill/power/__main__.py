"""`python -m app.drill.power`: cuts the power a thousand times, and exits with 1 where an accepted lead was lost."""

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec

from app.drill.power.power_cut import CUTS, cut


def main() -> int:
    """The last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m app.drill.power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=CUTS, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leadbid-power-") as folder:
        found = cut(Path(folder), wanted.cuts, wanted.seed)
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    return 1 if found.findings else 0


if __name__ == "__main__":
    sys.exit(main())
