"""Feeds one reader with inputs that reach new code, found by a coverage-guided fuzzer (libFuzzer, by atheris).

A process of its own, since the fuzzer ends the one that it runs in: it exits with 77 where an input is a fault of ours,
which is printed and kept as a file.
"""

import gc
import resource
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["app"]):
    from tests.fuzz.readers import READERS, Fault, Read

GROWTH_KB = 50_000
"""So much may a process grow after it has read its first tenth, whatever it reads."""


class Watched:
    """A reader, of which each input is timed, and the memory after a tenth of them and at the end."""

    def __init__(self, read: Read, within_s: float, runs: int) -> None:
        self._read = read
        self._within_s = within_s
        self._runs = runs
        self._count = 0
        self._settled_kb = 0

    def __call__(self, data: bytes) -> None:
        started = time.process_time()
        self._read(data)
        if time.process_time() - started > self._within_s:
            self._require_slow_again(data)
        self._count += 1
        if self._count == self._runs // 10:
            self._settled_kb = _used_kb()
        if self._count == self._runs and _used_kb() - self._settled_kb > GROWTH_KB:
            raise Fault(f"the process grew by {_used_kb() - self._settled_kb} kB")

    def _require_slow_again(self, data: bytes) -> None:
        """Once may have been the collector of garbage, or the first use of something."""
        gc.collect()
        started = time.process_time()
        self._read(data)
        took_s = time.process_time() - started
        if took_s > self._within_s:
            raise Fault(f"it takes {took_s * 1_000:.0f} ms")


def _used_kb() -> int:
    """The most that it ever used, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """`python -m tests.fuzz.guided READER FOLDER RUNS SEED`."""
    name, folder, runs, seed = sys.argv[1:]
    reader, corpus = READERS[name], Path(folder) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(reader.seeds()):
        (corpus / f"{number:05}").write_bytes(data)
    options = [
        f"-runs={runs}",
        f"-seed={seed}",
        f"-artifact_prefix={folder}/",
        "-max_len=8192",
        "-len_control=0",
        "-print_final_stats=1",
    ]
    with reader.opened() as read:
        atheris.Setup(
            [sys.argv[0], *options, str(corpus)], Watched(read, reader.within_s, int(runs)), enable_python_coverage=True
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
