"""Keeps where the audit log ends outside the database: in a file beside the journal, and in the service's own log."""

import logging
from pathlib import Path

from app.domain.operators.audit import AuditHead
from app.journal.audit_heads import keep_head, kept_heads

_log = logging.getLogger(__name__)


class AuditWatch:
    """Told of the head again and again. Whoever cuts lines off in the database finds them named elsewhere."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._last = max(kept_heads(journal), key=lambda head: head.number, default=AuditHead())
        self._failed = False
        self.fault = ""
        """In which way the log was changed, once it was."""

    def see(self, head: AuditHead, now: float) -> None:
        """Keep a head that is new; say where the log became shorter or another one."""
        if head == self._last:
            return
        if head.number <= self._last.number:
            self.fault = f"it ended with line {self._last.number}, and now with line {head.number}"
            _log.error("the audit log was changed: it ended with line %s, and now with %s", self._last, head)
        try:
            keep_head(self._journal, head, now)
        except OSError as error:
            if not self._failed:
                _log.error("the head of the audit log cannot be kept beside the journal: %s", error.strerror)
            self._failed = True
            return
        self._last, self._failed = head, False
        _log.info("audit log: line %s", head)
