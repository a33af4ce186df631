"""Examines a data directory that was restored or copied, changes nothing of it, and says what is damaged and lost."""

import argparse
import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from app.bounds import whole
from app.cli.database import add_database, database_url, shown_database
from app.cli.places import add_config, add_models
from app.cli.service.doctor.database import (
    examine_audit,
    examine_configurations,
    examine_keys,
    examine_sealed,
    examine_structure,
    hard_links,
)
from app.cli.service.doctor.journal import JournalSeen, examine_beside, examine_lines
from app.cli.service.doctor.losses import in_words, loss_between
from app.cli.service.doctor.report import DoctorFinding, DoctorReport, RestoreLoss, broken, report_of
from app.cli.service.doctor.surroundings import examine_configuration, examine_disk, examine_notes
from app.domain.configuration import Configuration
from app.service_notes import service_places
from app.settings import Settings
from app.store.engine.inspection import Inspection
from app.store.errors import StoreError
from app.usecases.former import unpacked

_WORDS = {"sound": "ok", "attention": "ATTENTION", "broken": "BROKEN"}
_VERDICTS = (
    "A service can start on it, and nothing is damaged or lost.",
    "A service can start on it, with what is said above.",
    "Start no service on it before what is BROKEN is mended.",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`leadbid doctor [--data DIR | --database URL] [--keys DIR] [--config FILE] [--models DIR] [--leads N]`."""
    add_database(parser)
    parser.add_argument(
        "--keys", type=Path, default=None, dest="keys_dir", help="directory of the keys (default: keys in --data)"
    )
    add_config(parser)
    add_models(parser)
    parser.add_argument(
        "--leads",
        type=whole(0, 1_000_000_000),
        default=1_000,
        metavar="N",
        help="open what is sealed of the N newest leads, of all for 0 (default: 1000)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object, money in cents, times in seconds of UTC"
    )


def run(args: argparse.Namespace) -> int:
    """0 where all is well, 1 where something is damaged or lost, 2 where no service should start on it."""
    with _quiet():
        report = examined(args, time.time())
    print(msgspec.json.encode(report).decode() if args.json else "\n".join(_screen(report)))
    return report.status


@contextmanager
def _quiet() -> Iterator[None]:
    """What cannot be read is a finding, and need not be logged as well."""
    log = logging.getLogger("app")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def examined(args: argparse.Namespace, now: float) -> DoctorReport:
    """The directory from its disk to its last sale."""
    disk = examine_disk(args.data)
    if disk.state == "broken":
        return report_of([disk], None)
    try:
        with closing(Inspection(database_url(args))) as inspection:
            return _all_of_it(args, inspection, now)
    except StoreError as error:
        remedy = "restore your backup, or name the service's data directory or database"
        return _around(args, [broken("database", str(error), remedy)], now)


def _settings(args: argparse.Namespace) -> Settings:
    """The keys in the directory itself come first: it may be a copy, and name those of its original."""
    own, noted = args.data / "keys", service_places(args.data)
    keys = args.keys_dir or (own if own.is_dir() or noted is None else noted.keys)
    return Settings(config=args.config, data=args.data, database_url=args.database, keys_dir=keys)


def _all_of_it(args: argparse.Namespace, inspection: Inspection, now: float) -> DoctorReport:
    settings = _settings(args)
    structure = examine_structure(inspection, shown_database(args))
    file = settings.sqlite_file
    findings = [structure, *(hard_links(file) if file is not None else ())]
    if structure.state == "broken":
        return _around(args, findings, now)
    keys, of_keys = examine_keys(settings, inspection)
    findings += of_keys
    if keys is not None:
        findings.append(examine_sealed(inspection, keys, args.leads))
    findings += [examine_audit(inspection, settings.journal), examine_configurations(inspection)]
    kept = unpacked(inspection.configurations())
    seen = JournalSeen()
    findings += _beside(args, kept, seen, now)
    return report_of(findings, loss_between(inspection.sold(), seen.bought.values(), seen.newest))


def _around(args: argparse.Namespace, findings: list[DoctorFinding], now: float) -> DoctorReport:
    """What can be said without the database."""
    _, of_keys = examine_keys(_settings(args), None)
    return report_of([*findings, *of_keys, *_beside(args, [], JournalSeen(), now)], None)


def _beside(args: argparse.Namespace, kept: list[Configuration], seen: JournalSeen, now: float) -> list[DoctorFinding]:
    journal = args.data / "journal"
    return [
        *examine_lines(journal, seen),
        *examine_beside(journal, {each.config_hash: each for each in kept}),
        *examine_notes(args.data, now),
        *examine_configuration(args, kept[-1].config_hash if kept else ""),
        examine_disk(args.data),
    ]


def _screen(report: DoctorReport) -> Iterator[str]:
    for finding in report.findings:
        yield f"{_WORDS[finding.state]:<9}  {finding.part:<14}  {finding.text}"
        if finding.remedy:
            yield f"{'':<9}  {'':<14}  -> {finding.remedy}"
    yield ""
    yield from _lost(report.loss)
    yield ""
    yield _VERDICTS[report.status]


def _lost(loss: RestoreLoss | None) -> Iterator[str]:
    if loss is None:
        yield "What is lost cannot be told without the database."
    else:
        yield from in_words(loss)
