"""Examines the journal: every line of every part, and what is kept beside it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app import parquet
from app.cli.service.doctor.report import DoctorFinding, LostSale, attention, sound
from app.domain.configuration import Configuration
from app.journal import audit_heads, configurations, retention
from app.journal.configurations import NoConfiguration, without_secrets
from app.journal.flat import misfits
from app.journal.lines import AnyLine, PostLine
from app.journal.parts import LinesDigest, Part, parts, texts
from app.journal.reader import decode
from app.journal.versions import OtherVersion
from app.parquet import ParquetError
from app.reports import kept

_SHOWN = 5
_PARTS_SHOWN = 20
_RESTORE = "take this file from another backup"
_COUNTED_ANEW = "remove it: it is counted anew"


class JournalSeen:
    """What all of a journal's lines come to; `bought` are the sales of real leads by lead."""

    def __init__(self) -> None:
        self.lines = self.cut_off = 0
        self.newest: float | None = None
        self.bought: dict[str, LostSale] = {}

    def take(self, line: AnyLine) -> None:
        """Take in a line."""
        self.lines += 1
        self.newest = max(line.at, self.newest or 0.0)
        if isinstance(line, PostLine) and line.status == "accepted" and line.lead_id and not line.test:
            # A post that is repeated is answered with its sale again.
            self.bought.setdefault(
                line.lead_id,
                LostSale(
                    lead_id=line.lead_id,
                    ping_id=line.ping_id,
                    seller=line.seller,
                    campaign=line.campaign,
                    price_cents=line.price_cents,
                    at=line.at,
                ),
            )


def examine_lines(directory: Path, seen: JournalSeen) -> list[DoctorFinding]:
    """Reads every line there is."""
    if not directory.is_dir():
        return [
            attention("journal", f"{directory} is missing", "restore it: `explain` and reports know nothing without")
        ]
    found = parts(directory)
    faults = [fault for part in found for fault in _examine_part(part, seen)]
    cut = f", cut off by a kill: {seen.cut_off:,}" if seen.cut_off else ""
    whole = sound("journal", f"{directory}: parts {len(found):,}, lines {seen.lines:,}{cut}")
    more = len(faults) - _PARTS_SHOWN
    left_out = [attention("journal", f"{more:,} more faults in {directory}")] if more > 0 else []
    return [*faults[:_PARTS_SHOWN], *left_out] or [whole]


def _examine_part(part: Part, seen: JournalSeen) -> Iterator[DoctorFinding]:
    digest, unread = LinesDigest(), list[int]()
    try:
        for number, text in enumerate(texts(part), 1):
            digest.add(text)
            # Fields that nobody decodes are text as well.
            if (line := decode(text, part.path)) is not None and _is_text(text):
                seen.take(line)
            elif text.endswith(b"}"):
                unread.append(number)
            else:
                # Where a kill came while it was written, a line has no end.
                seen.cut_off += 1
        if part.is_parquet and (parquet.notes(part.path).get("digest") != digest.number or misfits(part.path)):
            yield attention(
                "journal", f"{part.path} is damaged: its lines are not those that were put into it", _RESTORE
            )
    except ParquetError as error:
        yield attention("journal", str(error), _RESTORE)
    except OtherVersion as error:
        yield attention("journal", str(error))
    except OSError as error:
        yield attention("journal", f"{part.path} cannot be read ({error.strerror})", "give it to this user")
    if unread:
        numbers = ", ".join(map(str, unread[:_SHOWN])) + (" ..." if len(unread) > _SHOWN else "")
        yield attention(
            "journal", f"{part.path} is damaged: {len(unread):,} lines cannot be read ({numbers})", _RESTORE
        )


def _is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def examine_beside(directory: Path, in_database: Mapping[str, Configuration]) -> Iterator[DoctorFinding]:
    """Configurations, heads of the audit log, tallies, and the note of what is stripped."""
    for path in sorted((directory / configurations.FOLDER).glob("*.json")):
        yield from _examine_configuration(directory, path, in_database)
    if lost := audit_heads.unreadable(directory):
        yield attention(
            "audit", f"{directory / audit_heads.FILE} is damaged: lines {', '.join(map(str, lost[:_SHOWN]))}"
        )
    for path in sorted((directory / kept.FOLDER).glob("*.json")):
        if kept.is_damaged(path):
            yield attention("journal", f"{path} is damaged", _COUNTED_ANEW)
    stripped = directory / retention.STRIPPED
    if stripped.exists() and not retention.can_be_read(directory):
        yield attention("journal", f"{stripped} is damaged", "remove it: the parts are read again")


def _examine_configuration(
    directory: Path, path: Path, in_database: Mapping[str, Configuration]
) -> Iterator[DoctorFinding]:
    config_hash, _, aside = path.stem.partition(".")
    if aside:
        return
    try:
        found = configurations.read(directory, config_hash)
    except NoConfiguration as error:
        yield attention("configurations", str(error), _RESTORE)
        return
    former = in_database.get(config_hash)
    if found.config_hash != config_hash or (former is not None and found != without_secrets(former)):
        text = f"{path} is damaged: it is not the configuration that was in force under this name"
        yield attention("configurations", text, _RESTORE)
