"""`make drill`: break the service in earnest and see whether it keeps its promises. Exits with 1 where it broke one."""

import argparse
import importlib
import pkgutil
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

import tests.drill
from tests.drill.drill import Drill, NotHere

_PARTS = frozenset({"__main__", "drill"})


def main() -> int:
    """Run the drills that were named, or all."""
    drills = all_drills()
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="DRILL", help=f"which of {', '.join(drills)}; all where none is named"
    )
    parser.add_argument("--sample", action="store_true", help="only those that take a few seconds")
    parser.add_argument("--list", action="store_true", help="only say what each promises")
    wanted = parser.parse_args()
    if unknown := [name for name in wanted.names if name not in drills]:
        parser.error(f"there is no drill {unknown[0]}; there are {', '.join(drills)}")
    chosen = {
        name: each
        for name, each in drills.items()
        if (not wanted.names or name in wanted.names) and (each.IN_SAMPLE or not wanted.sample)
    }
    if wanted.list:
        print("\n".join(f"{name}: {each.PROMISE}" for name, each in chosen.items()))
        return 0
    broken = [name for name, each in chosen.items() if not _keeps_its_promise(name, each)]
    print(f"{len(chosen)} drills, {len(broken)} broken promises" + (f": {', '.join(broken)}" if broken else ""))
    return 1 if broken else 0


def all_drills() -> dict[str, Drill]:
    """Every module beside this one, by its name."""
    names = sorted(each.name for each in pkgutil.iter_modules(tests.drill.__path__))
    return {
        name: cast(Drill, importlib.import_module(f"tests.drill.{name}"))
        for name in names
        if name not in _PARTS and not name.startswith("_")
    }


def _keeps_its_promise(name: str, each: Drill) -> bool:
    print(f"{name}: {each.PROMISE}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="leadbid-drill-") as folder:
        try:
            found = each.drill(Path(folder), lambda text: print(f"    {text}", flush=True))
        except NotHere as why:
            print(f"  not here: {why}", flush=True)
            return True
    for sentence in found:
        print(f"  BROKEN: {sentence}", flush=True)
    print(f"  {'broken' if found else 'kept'} ({time.monotonic() - started:.0f} s)", flush=True)
    return not found


if __name__ == "__main__":
    sys.exit(main())
