"""Writes the alert rules and the dashboard that come with leadbid, for Prometheus and Grafana."""

import argparse
from pathlib import Path

from app.cli.user_files import run_with_files
from app.packaged import MONITORING


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid monitoring [--out DIR]`."""
    parser.add_argument("--out", type=Path, default=Path("monitoring"), help="folder to write to (default: monitoring)")


def run(args: argparse.Namespace) -> int:
    """0 where all files were written."""
    return run_with_files(lambda: _write(args.out), place=args.out)


def _write(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(MONITORING.iterdir()):
        (folder / source.name).write_bytes(source.read_bytes())
        print(folder / source.name)
    print("name leadbid.rules.yml under rule_files of prometheus.yml, and import leadbid.dashboard.json in Grafana")
    return 0
