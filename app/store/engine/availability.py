"""Whether sales can be committed at present: proven by every commit, and noticed when none succeeds."""

import logging
import time
from collections.abc import Callable
from typing import Literal

from app.domain.auction.withholding import ENDS_S

Writability = Literal["writable", "trouble", "away"]

HUNG_S = 4.0
"""A commit that takes longer than this, as on a disk that does not answer, is taken for one that failed."""

BUSY_S = 1.0
"""A write that fails so soon after another one succeeded says nothing of all."""

RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Availability:
    """Told by the runners, also from their threads, what became of each write; `look` says what that means by now.

    `trouble`: no write succeeds. `away`: none did for so long that no bid is made any more.
    """

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self.state: Writability = "writable"
        self.unwritable_s = 0.0
        """How long no write has succeeded; 0 while they do."""
        self._steady = steady
        # Nothing is proven yet: the first failure counts.
        self._proven_at = steady() - BUSY_S
        self._trouble = ""
        self._under_way_since: float | None = None
        self._tried_at = -RETRY_S

    def begun(self) -> None:
        """A transaction begins; for runners that do one after the other."""
        self._under_way_since = self._steady()

    def ended(self) -> None:
        """It has ended, whatever became of it."""
        self._under_way_since = None

    def committed(self) -> None:
        """Something was written and committed. A transaction that wrote nothing says nothing of a full disk."""
        self._proven_at, self._trouble = self._steady(), ""

    def failed(self, why: str) -> None:
        """The database did not take a transaction, for a reason of its own."""
        self._trouble = why

    def proven_within(self, seconds: float) -> bool:
        """Whether a write succeeded in the last `seconds`, and none failed since."""
        return not self._trouble and self._steady() - self._proven_at < seconds

    @property
    def is_troubled(self) -> bool:
        """Whether the last that was heard of a write is that it failed."""
        return bool(self._trouble)

    @property
    def trouble(self) -> str:
        """What the last that failed said; empty where none did."""
        return self._trouble

    def may_try(self) -> bool:
        """Whether it is time to try a write again after one that failed: at most one a second, whoever asks."""
        now = self._steady()
        if now - self._tried_at < RETRY_S:
            return False
        self._tried_at = now
        return True

    def look(self) -> None:
        """Take note of the time; each change of state is logged once."""
        now = self._steady()
        since = self._under_way_since
        lasted_s = now - self._proven_at
        trouble = self._trouble or ("it does not answer" if since is not None and now - since > HUNG_S else "")
        if lasted_s < BUSY_S:
            # Others were committed meanwhile, so it was that one's own bad luck.
            trouble = ""
        former, former_s = self.state, self.unwritable_s
        self.unwritable_s = round(lasted_s, 2) if trouble else 0.0
        self.state = "writable" if not trouble else "away" if lasted_s >= ENDS_S else "trouble"
        if self.state != former:
            self._say(trouble, former_s)

    def _say(self, trouble: str, lasted_s: float) -> None:
        if self.state == "writable":
            _log.warning("sales can be recorded again after %.0f s: bidding goes on", lasted_s)
        elif self.state == "trouble":
            _log.error("no sale can be recorded, %s: posts get 503, and ever fewer pings a bid", trouble)
        else:
            _log.error(
                "no sale could be recorded for %.0f s, %s: no bid is made until one can", self.unwritable_s, trouble
            )
