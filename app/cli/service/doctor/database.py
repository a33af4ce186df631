"""Examines the database: its structure, tables, keys, audit log, configurations and what is sealed in it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from app.cli.service.doctor.report import DoctorFinding, attention, broken, sound
from app.domain.keyed import Keys
from app.domain.operators.audit import verify
from app.journal.audit_heads import kept_heads
from app.settings import Settings, SettingsError, read_keys, require_evidence_key
from app.store.engine.inspection import Inspection
from app.store.engine.revision import HEAD
from app.store.errors import StoreError, StoreUnavailable
from app.store.vault import SealBroken, Vault
from app.usecases.former import unpacked

_RESTORE = "restore it from an earlier backup, without -wal and -shm"
_READ = f"see that this user may read it, its disk is well and nobody holds it; if it is damaged, {_RESTORE}"
_REACH = "see whether it is up, its address is right, and this user may read all of it"
_OTHER = "name the right one with --database, or restore it from an earlier backup"
_SHOWN = 5


def examine_structure(inspection: Inspection, shown: str) -> DoctorFinding:
    """Whether the database can be read at all; where this is broken, nothing else can be asked of it."""
    try:
        if fault := inspection.fault_at_rest():
            return broken("database", fault, _RESTORE)
        if faults := inspection.faults():
            more = f" (and at least {len(faults) - _SHOWN} more)" if len(faults) > _SHOWN else ""
            return broken("database", f"{shown} is damaged: {'; '.join(faults[:_SHOWN])}{more}", _RESTORE)
        inspection.require_tables()
        if not inspection.is_served():
            return broken("database", f"{shown} is empty: no service ever worked on it", "restore your backup")
        return sound("database", f"{shown}: whole, tables of version {HEAD}, leads bought: {inspection.leads():,}")
    except StoreUnavailable as error:
        # Nothing tells that it lost anything.
        return broken("database", f"{shown}: {error}", _READ if inspection.is_of_a_file else _REACH)
    except StoreError as error:
        return broken("database", f"{shown}: {error}", _RESTORE if inspection.is_of_a_file else _OTHER)


def hard_links(file: Path) -> Iterator[DoctorFinding]:
    """A file under two names has two logs, and no service starts on it."""
    if file.is_file() and file.stat().st_nlink > 1:
        yield broken("database", f"{file} has more than one name (hard links)", "copy it, and serve the copy")


def examine_keys(settings: Settings, inspection: Inspection | None) -> tuple[Keys | None, list[DoctorFinding]]:
    """The keys where they can be used, and whether they are those with which the database was written."""
    try:
        keys = read_keys(settings)
        require_evidence_key(settings)
        if inspection is None:
            return keys, [
                attention("keys", f"{settings.keys}: present; without a database nothing tells whose they are")
            ]
        inspection.require_keys(keys)
        missing = list(_missing(keys, settings.keys, inspection))
    except (SettingsError, StoreError) as error:
        return None, [broken("keys", str(error), "restore the keys that were backed up with this database")]
    exposed = [attention("keys", text) for text in settings.exposed_secrets([])]
    whole = sound("keys", f"{settings.keys}: present, and those with which the database was written")
    return keys, [*(missing or [whole]), *exposed]


def _missing(keys: Keys, folder: Path, inspection: Inspection) -> Iterator[DoctorFinding]:
    """Sealing keys that are not there although something is sealed under them."""
    for name in sorted(inspection.key_names()):
        kind, _, number = name.partition("-")
        if kind != "sealing" or number in keys.sealing:
            continue
        rows = inspection.sealed_rows(number)
        if rows.identities or rows.evidence:
            yield broken(
                "keys",
                f"{folder / name}.key is missing, and nobody can read {rows.identities:,} people and {rows.evidence:,} "
                "pieces of evidence without it",
                "restore it; retired keys lie in keys/retired",
            )


def examine_sealed(inspection: Inspection, keys: Keys, leads: int) -> DoctorFinding:
    """Opens what is sealed of the newest leads, and holds it against the digests that were taken at the sale."""
    vault = Vault(keys.sealing, keys.sealing_id, lambda _: b"")
    pieces, faults = 0, list[str]()
    try:
        for lead_id, kind, sealed, sha256 in inspection.sealed_pieces(leads):
            pieces += 1
            faults += _fault(vault, lead_id, kind, sealed, sha256)
    except StoreError as error:
        return attention("evidence", f"not all can be read: {error}", _RESTORE)
    of = "all leads" if not leads else f"the {leads:,} newest leads"
    if faults:
        text = f"{len(faults):,} of {pieces:,} sealed pieces of {of} are damaged: {'; '.join(faults[:_SHOWN])}"
        return attention("evidence", text, "restore an earlier backup beside this one, and take these leads from it")
    return sound("evidence", f"{pieces:,} sealed pieces of {of} open with the keys, and are what was received")


def _fault(vault: Vault, lead_id: str, kind: str, sealed: bytes, sha256: str | None) -> Iterator[str]:
    named = f"lead {lead_id}, {kind or 'identity'}"
    try:
        plain = vault.open(sealed, f"{lead_id}/{kind}" if kind else lead_id)
    except SealBroken as error:
        yield f"{named}: {error}"
        return
    if sha256 is not None and hashlib.sha256(plain).hexdigest() != sha256:
        yield f"{named}: its SHA-256 is not the one taken when it was received"


def examine_audit(inspection: Inspection, journal: Path) -> DoctorFinding:
    """The audit log by itself, and by the heads that are kept beside the journal."""
    try:
        verdict = verify(inspection.audit_log(), [*kept_heads(journal)])
    except StoreError as error:
        return attention("audit", f"the audit log cannot be read: {error}", _RESTORE)
    except OSError as error:
        return attention("audit", f"{error.filename} cannot be read ({error.strerror})", "give it to this user")
    if verdict.faults:
        return attention(
            "audit",
            f"the audit log is not intact: {'; '.join(verdict.faults[:_SHOWN])}",
            "lines missing at the end are acts since the backup; anything else, see `leadbid audit verify`",
        )
    return sound("audit", f"the audit log is intact: lines {verdict.lines:,}, heads kept {verdict.anchors:,}")


def examine_configurations(inspection: Inspection) -> DoctorFinding:
    """The configurations in the database, by which posts to bids of before a reload are judged."""
    try:
        kept = inspection.configurations()
    except StoreError as error:
        return attention("configurations", f"those in the database cannot be read: {error}", _RESTORE)
    readable = {configuration.config_hash for configuration in unpacked(kept)}
    if lost := [config_hash for config_hash, _ in kept if config_hash not in readable]:
        return attention(
            "configurations", f"damaged in the database: {', '.join(lost[:_SHOWN])}", "their bids are refused"
        )
    return sound("configurations", f"{len(kept):,} in the database, all readable")
