"""The lines of the journal: enough to decide a ping again, bit for bit, and nothing about a person."""

from typing import final

import msgspec

from app.domain.auction.decide import Decision
from app.domain.auction.snapshot import Known, Standing
from app.domain.checks.verdict import Consultation
from app.domain.pricing.exploration import Draw
from app.domain.reasons import Refusal
from app.journal.shadow import Shadow
from app.wire.ping import Ping


class Line(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Common to all: `at` is UTC epoch seconds. As it is written, a line begins with its version: see `versions.py`."""

    at: float
    seller: str


@final
class PingLine(Line, frozen=True, gc=False, tag="ping"):
    """A ping that was decided: all that `decide` was given, and what it said.

    `id` is the refusal's ping_id; `bid_ids` are those of the bids. `withdrawn` holds a refusal that came after the
    decision, as where the answer would have been late. `model` is the version that decided, `shadow` what the other one
    made of it while a challenger is tried. `took_ms` is the time from its arrival to its answer.
    """

    id: str
    ping: Ping
    known: Known
    standing: Standing
    draw: Draw
    config: str
    model: str
    decision: Decision
    bid_ids: tuple[str, ...] = ()
    withdrawn: Refusal | None = None
    shadow: Shadow | None = None
    took_ms: float = 0.0


@final
class RepeatLine(Line, frozen=True, gc=False, tag="repeat"):
    """A ping that got the bid it had been given before."""

    id: str
    repeat_of: str
    test: bool = False


@final
class RefusedLine(Line, frozen=True, gc=False, tag="refused"):
    """A ping that was refused before it could be decided, or the `count` of those that were refused together.

    Without a seller's key that is a minute of them, for want of time a quarter of a second.
    """

    id: str
    refusal: Refusal
    test: bool = False
    count: int = 1


@final
class PostLine(Line, frozen=True, gc=False, tag="post"):
    """A post and its answer; `kept` where the answer was an earlier one.

    `test` is what its bid says, or where it names none of ours what its endpoint or the post itself does. `campaign`,
    `vertical` and `leg` are those of a bid of ours, `state` and `sub_id` those of a post that could be read, so that a
    post is counted without looking for its ping. `request` is the keyed digest of the body of one that was refused,
    which is not kept. `consultations` are what providers said of it, where they were asked.
    Without a seller's key it is the `count` of them in a minute.
    """

    ping_id: str
    status: str
    reason_code: str = ""
    detail: str = ""
    lead_id: str = ""
    campaign: str = ""
    vertical: str = ""
    leg: str = ""
    state: str = ""
    sub_id: str = ""
    price_cents: int = 0
    kept: bool = False
    test: bool = False
    took_ms: float = 0.0
    request: str = ""
    consultations: tuple[Consultation, ...] = ()
    count: int = 1


@final
class NoticeLine(Line, frozen=True, tag="notice"):
    """What a seller said became of our bid; `test` is what the bid says."""

    ping_id: str
    result: str
    price_cents: int | None = None
    test: bool = False


@final
class RetainLine(Line, frozen=True, tag="retain"):
    """What became of a certificate that was to be stored after its sale.

    `result` is "stored", "late" (its deadline nears, and nobody has stored it) or "lost".
    """

    lead_id: str
    check: str
    result: str
    deadline_at: float
    attempts: int


AnyLine = PingLine | RepeatLine | RefusedLine | PostLine | NoticeLine | RetainLine
