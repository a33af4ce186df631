"""`make fuzz`: inputs that nobody wrote, for every endpoint and for all that reads bytes of strangers.

Exits with 1 where one of them is a fault of ours: an answer that says so, one later than 100 ms, or growth.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

import msgspec

from tests.fuzz.endpoints import ask_endpoints
from tests.fuzz.readers import READERS

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-fuzz" / "bin"
"""The fuzzers have an environment of their own: what they need is not for the service."""

RUNS, SAMPLE_RUNS = 10_000, 3_000
EXAMPLES, SAMPLE_EXAMPLES = 40, 1
SAMPLE = ("requests", "provider_answers", "crm_answers")
_FAULT = 77
_SHOWN = 1_500


class Fuzzed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one kind of inputs."""

    name: str
    inputs: int
    seconds: float
    broken: list[str]


def main() -> int:
    """Fuzz what was named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of endpoints, {', '.join(READERS)}")
    parser.add_argument("--sample", action="store_true", help="few inputs, and only of what is reached from outside")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same inputs (default: 1)")
    wanted = parser.parse_args()
    names = wanted.names or ["endpoints", *(SAMPLE if wanted.sample else READERS)]
    if unknown := [name for name in names if name != "endpoints" and name not in READERS]:
        parser.error(f"there is no {unknown[0]}; there are endpoints, {', '.join(READERS)}")
    fuzzed = []
    for name in names:
        print(f"{name}: {READERS[name].reads if name in READERS else 'every endpoint, as it is described'}", flush=True)
        with tempfile.TemporaryDirectory(prefix="leadbid-fuzz-") as folder:
            started = monotonic()
            if name == "endpoints":
                inputs, broken = _endpoints(Path(folder), wanted.seed, SAMPLE_EXAMPLES if wanted.sample else EXAMPLES)
            else:
                inputs, broken = _reader(name, Path(folder), SAMPLE_RUNS if wanted.sample else RUNS, wanted.seed)
        fuzzed.append(Fuzzed(name=name, inputs=inputs, seconds=monotonic() - started, broken=broken))
    _tell(fuzzed)
    return 1 if any(each.broken for each in fuzzed) else 0


def _endpoints(folder: Path, seed: int, examples: int) -> tuple[int, list[str]]:
    found = ask_endpoints(TOOLS / "schemathesis", folder, seed, examples, lambda text: print(f"    {text}", flush=True))
    told = ", ".join(f"{count:,} times {status}" for status, count in sorted(found.statuses.items()))
    print(f"    {told}; slowest {found.slowest_ms:.0f} ms; grown by {max(found.grown_kb, 0):,} kB", flush=True)
    return found.inputs, found.broken


def _reader(name: str, folder: Path, runs: int, seed: int) -> tuple[int, list[str]]:
    """In the fuzzers' environment, with our own packages before its own."""
    paths = [str(ROOT), *[path for path in sys.path if path.endswith("site-packages")]]
    done = subprocess.run(
        [TOOLS / "python", "-m", "tests.fuzz.guided", name, folder, str(runs), str(seed)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    said = done.stderr
    executed = next((int(line.split()[-1]) for line in said.splitlines() if "number_of_executed_units" in line), 0)
    if not done.returncode and executed >= runs:
        return executed, []
    crash = next(folder.glob("crash-*"), None)
    kept = _kept(name, crash) if crash is not None else ""
    return executed, [f"{said[-_SHOWN:]}{kept}"]


def _kept(name: str, crash: Path) -> str:
    kept = ROOT / "dist" / f"{name}-{crash.name}"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(crash.read_bytes())
    return f"\nThe input is kept as {kept.relative_to(ROOT)}."


def _tell(fuzzed: list[Fuzzed]) -> None:
    for each in fuzzed:
        for sentence in each.broken:
            print(f"BROKEN in {each.name}: {sentence}")
    print(f"{'':18}{'inputs':>9}{'seconds':>9}{'faults':>8}")
    for each in fuzzed:
        print(f"{each.name:18}{each.inputs:>9,}{each.seconds:>9.0f}{len(each.broken):>8}")
    print(
        f"{'all':18}{sum(each.inputs for each in fuzzed):>9,}{sum(each.seconds for each in fuzzed):>9.0f}"
        f"{sum(len(each.broken) for each in fuzzed):>8}"
    )
    print(msgspec.json.encode(fuzzed).decode())


if __name__ == "__main__":
    sys.exit(main())
