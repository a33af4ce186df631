"""What a million people take in the duplicate index, in a process that holds nothing else."""

import resource
import subprocess
import sys
from pathlib import Path

from app.store.known import SightingPart
from app.usecases.standing.known import People

PEOPLE = 1_000_000
DIGESTS_A_PERSON = 6
PART = 10_000
"""So many rows at a time, as a restart reads them."""
SOLD_AT = 1_795_273_200


def people_megabytes() -> float:
    """The largest resident size of a process with a million people in the duplicate index, all six forms of each."""
    run = subprocess.run([sys.executable, "-m", "tests.bench.people"], check=True, capture_output=True, text=True)
    return float(run.stdout)


def _know_many() -> float:
    count = PEOPLE * DIGESTS_A_PERSON
    step = 2**64 // count
    people = People()
    for first in range(0, count, PART):
        part = range(first, first + PART)
        digests = "".join([f"{number * step:016x}" for number in part])
        people.extend(SightingPart.of(digests, [SOLD_AT] * PART, ['auto-anywhere":"auto_insurance'] * PART))
    assert len(people) == count
    return _largest_megabytes()


def _largest_megabytes() -> float:
    """The largest size of this process. On Linux `getrusage` would tell that of its parent, where that was larger."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0**2
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024.0


if __name__ == "__main__":
    sys.stdout.write(f"{_know_many():.1f}\n")
