"""The log of operators' acts as a chain: each line's hash covers the line before, so that no change goes unseen."""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

_SALT = b"leadbid.audit"
SERVICE = "service"
"""Who acts where nobody did."""
BEGINNING = ""
"""What the first line follows."""


class OperatorAct(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did: `by` is `os:USER`, `key:NAME`, `console:NAME`, or `service`. Nothing in it names a consumer.

    `target` is what was acted on, as a campaign, a seller or a lead's id; `why` is in the words of who did it.
    """

    by: str
    action: str
    target: str
    detail: str = ""
    why: str = ""


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """One act in the log; lines are numbered from 1 without a gap. `at` is UTC epoch seconds."""

    number: int
    at: float
    told_by: str
    action: str
    target: str
    detail: str
    why: str
    hash: str


class AuditHead(msgspec.Struct, frozen=True, kw_only=True):
    """The last line at some moment. Whoever keeps it elsewhere proves that nothing before it was changed since."""

    number: int = 0
    hash: str = BEGINNING

    @classmethod
    def read(cls, text: str) -> "AuditHead":
        """From `NUMBER:HASH`. ValueError where it is not that."""
        number, _, digest = text.strip().partition(":")
        if not number.isdigit() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"{text!r} is no head of the audit log: write NUMBER:HASH, as `leadbid audit verify` does")
        return cls(number=int(number), hash=digest)

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


class AuditVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines there are, the last of them, against how many other heads they were held, and what is wrong."""

    lines: int
    head: AuditHead
    anchors: int
    faults: tuple[str, ...]


def by_key(operator: str) -> str:
    """How the log names whoever acted with the key of this operator."""
    return f"key:{operator}"


def by_console(operator: str) -> str:
    """How it names whoever had signed in to the console."""
    return f"console:{operator}"


def next_line(head: AuditHead, act: OperatorAct, at: float) -> AuditLine:
    """The line that follows."""
    line = AuditLine(
        number=head.number + 1,
        at=at,
        told_by=act.by,
        action=act.action,
        target=act.target,
        detail=act.detail,
        why=act.why,
        hash="",
    )
    return msgspec.structs.replace(line, hash=hash_of(head.hash, line))


def hash_of(former: str, line: AuditLine) -> str:
    """What the hash of a line must be that follows the one with this hash."""
    said = (former, line.number, line.at, line.told_by, line.action, line.target, line.detail, line.why)
    return hashlib.sha256(_SALT + msgspec.json.encode(said)).hexdigest()


def verify(lines: Iterable[AuditLine], anchors: Iterable[AuditHead] = ()) -> AuditVerdict:
    """Judge a whole log, in the order of its numbers, by itself and by heads that were kept elsewhere."""
    wanted: dict[int, set[str]] = {}
    for anchor in anchors:
        if anchor.number:
            wanted.setdefault(anchor.number, set()).add(anchor.hash)
    faults: list[str] = []
    former, count = AuditHead(), 0
    for line in lines:
        faults += _faults_of(line, former)
        faults += _faults_against(line, wanted.get(line.number, set()))
        former, count = AuditHead(number=line.number, hash=line.hash), count + 1
    if (last := max(wanted, default=0)) > former.number:
        faults.append(f"{_lines(former.number + 1, last)} missing at the end: a head kept elsewhere names line {last}")
    return AuditVerdict(lines=count, head=former, anchors=len(wanted), faults=tuple(faults))


def _faults_of(line: AuditLine, former: AuditHead) -> Iterator[str]:
    expected = former.number + 1
    if line.number > expected:
        yield f"{_lines(expected, line.number - 1)} missing"
        # What it follows is gone, so nothing can be said of its own content.
    elif line.number < expected:
        yield f"line {line.number} stands after line {former.number}"
    elif line.hash != hash_of(former.hash, line):
        yield f"line {line.number} was altered, or does not belong after line {former.number}"


def _faults_against(line: AuditLine, hashes: set[str]) -> Iterator[str]:
    if hashes - {line.hash}:
        yield f"line {line.number} is not the one whose hash was kept elsewhere: it or one before it was rewritten"


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"
