"""The log of operators' acts, and whether it is whole."""

import asyncio
from typing import Annotated

import msgspec

from app.domain.operators.audit import AuditLine, AuditVerdict, OperatorAct, verify
from app.http.console.view import Attachment, ConsoleAct, ConsoleRequest, Download, NoQuery, View
from app.journal.audit_heads import kept_heads


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines, newest first."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=5_000, description="How many lines, newest first.")] = 50


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """The latest lines; there are `more` than are listed."""

    lines: tuple[AuditLine, ...]
    more: bool


async def _audit(asked: ConsoleRequest, query: AuditQuery) -> AuditView:
    lines = await asked.bidder.store.audit_lines(query.limit)
    return AuditView(lines=tuple(lines), more=bool(lines) and lines[-1].number > 1)


async def _verdict(asked: ConsoleRequest, _: NoQuery) -> AuditVerdict:
    # The service writes meanwhile, so the heads are read first: what they name is in the log by then.
    heads = list(kept_heads(asked.background.journal_directory))
    log = await asked.bidder.store.audit_log()
    return await asyncio.to_thread(verify, log, heads)


async def _export(asked: ConsoleRequest, _: NoQuery) -> Attachment:
    store = asked.bidder.store
    await store.note(OperatorAct(by=asked.by, action="export audit", target="console"), asked.now)
    log = await store.audit_log()
    text = await asyncio.to_thread(lambda: b"".join([msgspec.json.encode(line) + b"\n" for line in log]))
    return Attachment(name="audit.jsonl", media_type="application/jsonl", body=text)


VIEWS = (
    View(
        path="audit",
        title="Audit log",
        label="Audit",
        says="What operators did, when and why",
        template="app/http/console/pages/audit/audit.html",
        shows=AuditView,
        show=_audit,
        query=AuditQuery,
    ),
    View(
        path="audit/verdict",
        title="Audit log, verified",
        says="Whether the log of operators' acts is whole: each line's hash covers the one before",
        template="app/http/console/pages/audit/verdict.html",
        shows=AuditVerdict,
        show=_verdict,
        query=NoQuery,
    ),
)
DOWNLOADS = (
    Download(
        path="audit/audit.jsonl",
        says="The whole log of operators' acts, one JSON object a line",
        media_type="application/jsonl",
        make=_export,
        query=NoQuery,
        role="operator",
    ),
)
ACTS: tuple[ConsoleAct, ...] = ()
