"""Examines what stands around database and journal: configuration, models, small notes and the disk."""

import argparse
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from app.cli.service.check import started_with
from app.cli.service.doctor.report import DoctorFinding, attention, broken, sound
from app.config.load import LoadedConfig, load
from app.domain.calendar import utc_text
from app.reports.attention.service import FULL_BYTES
from app.service_notes import NOTES, note_folders, note_is_damaged, service_state
from app.usecases.clock.last_moment import FILE as CLOCK
from app.usecases.clock.last_moment import last_moment

_SHOWN = 5
_AHEAD_S = 60.0
"""Clocks of two machines may differ by so much."""


def examine_configuration(args: argparse.Namespace, last_in_force: str) -> Iterator[DoctorFinding]:
    """Whether the configuration loads, is the one in force last, and the models load and fit it."""
    read = load(args.config, environ=os.environ)
    if not isinstance(read, LoadedConfig):
        problems = "; ".join(map(str, read[:_SHOWN]))
        yield broken("configuration", f"{args.config}: {problems}", "name your file with --config; see `leadbid check`")
        return
    config_hash = read.declared.config_hash
    if last_in_force and config_hash != last_in_force:
        text = f"{args.config} is configuration {config_hash}; {last_in_force} was in force last"
        yield attention("configuration", text, "see what it would change: `leadbid check --data DIR`")
    else:
        yield sound("configuration", f"{args.config} loads, configuration {config_hash}")
    live = started_with(args.models, read.declared)
    if refused := [str(problem) for problem in (*live.problems, *live.idle)]:
        yield attention("models", f"{args.models}: {'; '.join(refused[:_SHOWN])}", "restore or retrain them")
    else:
        names = ", ".join(f"{name} {model.version}" for name, model in sorted(live.catalogue.models.items()))
        yield sound("models", f"{args.models}: {names or 'none'}, which load and fit the configuration")


def examine_notes(data: Path, now: float) -> Iterator[DoctorFinding]:
    """What the service notes for the next start and for commands."""
    for folder in note_folders(data):
        yield from _examine_notes_in(folder, now)
    state = service_state(data)
    if state is not None and state.is_running(now):
        yield sound("notes", f"{data} is in use by a running service, which may have sold meanwhile")


def _examine_notes_in(folder: Path, now: float) -> Iterator[DoctorFinding]:
    for name in NOTES:
        if note_is_damaged(folder, name):
            yield attention(
                "notes", f"{folder / name} is damaged", "remove it: the service notes it again at its start"
            )
    moment = last_moment(folder)
    if (folder / CLOCK).exists() and not moment:
        yield attention(
            "notes", f"{folder / CLOCK} is damaged", "remove it: the next start cannot see a clock set back"
        )
    if moment > now + _AHEAD_S:
        text = f"{folder / CLOCK}: a service ran here until {utc_text(moment)}, and this machine's clock is behind that"
        yield attention("notes", text, "set this machine's clock")


def examine_disk(data: Path) -> DoctorFinding:
    """Whether a service has room to work."""
    try:
        free = shutil.disk_usage(data).free
    except OSError as error:
        return broken("disk", f"{data} cannot be read ({error.strerror})", "name the data directory with --data")
    text = f"{free / 1024**3:,.1f} GB are free for {data}"
    return attention("disk", text, "make space") if free < FULL_BYTES else sound("disk", text)
