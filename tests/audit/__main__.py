"""`make audit`: write the SBOM to ./dist/sbom.json, and judge licenses and known vulnerabilities.

Exits with 1 where a license is not taken or a vulnerability is known, with 2 where no SBOM could be made, and with 3
where nothing is found but the source of vulnerabilities has not answered for everything.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.audit.licenses import refused
from tests.audit.sbom import ROOT, absent_extras, bill_of
from tests.audit.vulnerabilities import Finding, search

FOUND, NO_SBOM, NOT_AUDITED = 1, 2, 3


def main() -> int:
    """Look at what is installed beside the Python that runs this."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tools", type=Path, default=ROOT / ".venv-audit" / "bin", help="where make audit put them")
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "sbom.json")
    wanted = parser.parse_args()
    try:
        bill = bill_of(Path(sys.executable), wanted.tools)
    except (OSError, subprocess.CalledProcessError) as trouble:
        print(f"no SBOM: {trouble}\n{getattr(trouble, 'stderr', '')}".rstrip(), file=sys.stderr)
        return NO_SBOM
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    wanted.out.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    print(f"{wanted.out}: {len(bill['components'])} components")
    if absent := absent_extras(bill):
        print(f"not installed, and not looked at: {', '.join(absent)}")
    return verdict(list(refused(bill["components"])), search(bill["components"], wanted.tools / "pip-audit"))


def verdict(licenses: Sequence[str], vulnerabilities: Finding) -> int:
    """Say what was found, and the exit status of it."""
    print("\n  ".join([f"licenses: {len(licenses) or 'none'} not taken", *licenses]))
    known, not_audited = vulnerabilities.known, vulnerabilities.not_audited
    if known or not not_audited:
        print("\n  ".join([f"vulnerabilities: {len(known) or 'none'} known", *known]))
    if not_audited:
        print(f"not audited: {not_audited}")
    return FOUND if licenses or known else NOT_AUDITED if not_audited else 0


if __name__ == "__main__":
    sys.exit(main())
