"""All proof of one lead as files: what came, what was decided and answered, where it went and what became of it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import asdict

from app.journal.lines import AnyLine
from app.journal.writer import encoded
from app.reports.explain import explain
from app.reports.people.evidence_page import evidence_page
from app.reports.people.lead_story import lead_stories
from app.store.people.records import LeadRecord
from app.store.vault import SealBroken, Vault

SUMS, SIGNATURE, PUBLIC_KEY = "SHA256SUMS", "SHA256SUMS.sig", "public-key.pem"

VERIFY = f"openssl pkeyutl -verify -pubin -inkey {PUBLIC_KEY} -rawin -in {SUMS} -sigfile {SIGNATURE}"
"""The command that checks the signature, of OpenSSL 3."""

_README = f"""Evidence of lead {{lead_id}}

index.html      all of it to read, in any browser
received/       the post as it was received, the consent and the ping as they were understood, and what providers
                of certificates answered where that was kept
consent.txt     the consent text as the consumer was shown it, by the seller
certificate.json, person.json, lead.json, decision.json, answer.json, deliveries.json, outcomes.json, audit.json
journal.jsonl   the lines of the decision log about this lead; decision.txt explains them

Check that no file was changed, in this folder:

    sha256sum -c {SUMS}

Check that the list of files is signed with the key of the buyer, whose public half is {PUBLIC_KEY}:

    {VERIFY}

Compare {PUBLIC_KEY} with the one that the buyer published or gave you before.
"""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of a lead, in plain: who it is of, as the CRM has it, and each piece of evidence by its kind.

    `trouble` says of what could not be read, or reads otherwise than when it was sold.
    """

    identity: dict[str, Any] | None
    evidence: dict[str, bytes]
    trouble: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Opened(***)"

    __str__ = __repr__


def opened(record: LeadRecord, sealed: Mapping[str, bytes], vault: Vault) -> Opened:
    """Open what is sealed, and hold it against the digests that were taken at the sale."""
    lead, trouble, evidence = record.lead, [], {}
    wanted = dict(lead.evidence)
    for kind, piece in sorted(sealed.items()):
        try:
            evidence[kind] = vault.open(piece, f"{lead.lead_id}/{kind}")
        except SealBroken as error:
            trouble.append(f"{kind} cannot be opened: {error}")
            continue
        if hashlib.sha256(evidence[kind]).hexdigest() != wanted.get(kind):
            trouble.append(f"{kind} is not what was received: its SHA-256 differs from the one taken then")
    try:
        identity = msgspec.json.decode(vault.open(lead.identity, lead.lead_id)) if lead.identity else None
    except SealBroken as error:
        identity = None
        trouble.append(f"the person cannot be read: {error}")
    return Opened(identity=identity, evidence=evidence, trouble=tuple(trouble))


def evidence_files(record: LeadRecord, seen: Opened, lines: Sequence[AnyLine]) -> dict[str, bytes]:
    """The files of an archive by name; the same lead with the same records gives the same bytes."""
    lead = record.lead
    consent = (seen.identity or {}).get("consent", {})
    certificate = {name: consent.get(name, "") for name in ("trustedform_cert_url", "leadid_token")}
    (story, *_) = lead_stories([record], lines)
    facts = {name: value for name, value in asdict(lead).items() if name not in ("identity", "decision", "deliveries")}
    explained = explain(lines) if lines else "The journal holds no line of this lead any more."
    files = {
        "README.txt": _README.format(lead_id=lead.lead_id).encode(),
        "lead.json": _json(facts),
        "person.json": _json(seen.identity),
        "certificate.json": _json({**certificate, "digests": record.certificates}),
        "consent.txt": str(consent.get("tcpa_text", "")).encode(),
        "decision.json": (lead.decision or "null").encode(),
        "decision.txt": f"{explained}\n".encode(),
        "answer.json": _json(record.answer),
        "deliveries.json": _json(record.deliveries),
        "outcomes.json": _json(record.outcomes),
        "audit.json": _json(record.audit),
        "journal.jsonl": b"".join(encoded(line) + b"\n" for line in lines),
        **{f"received/{kind}{_ending(piece)}": piece for kind, piece in seen.evidence.items()},
    }
    page = evidence_page(story, record, seen.identity, seen.evidence, seen.trouble, explained, VERIFY)
    return {"index.html": page.encode(), **dict(sorted(files.items()))}


def sums(files: Mapping[str, bytes]) -> bytes:
    """The list that `sha256sum -c` reads."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    return "".join(lines).encode()


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _ending(piece: bytes) -> str:
    start = piece.lstrip()[:1]
    return ".json" if start in (b"{", b"[") else ".xml" if start == b"<" else ".txt"
