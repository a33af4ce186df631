"""A line of the journal as one flat row that can be queried by column; the row also holds the line itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_never

import msgspec

from app import parquet
from app.domain.auction.weighing import Offer
from app.domain.reasons import Refusal
from app.journal.lines import AnyLine, Line, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.journal.reader import UNREADABLE, decode
from app.journal.shadow import Shadow


class Flat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The columns; `None` where a line of this kind says nothing of it.

    `status` is the answer. `id` is ours; `ping_id` is the id that the seller got, that of the best bid
    where there were two, and `bid_ids` are those of all bids. From `campaign` to `surplus` it is the best bid that is
    spoken of, in cents, and `probability` is that of a conversion. `shadow_` is what the other model of a trial would
    have bid best. Of `line` and `broken` there is always one: the line as it was written, or the bytes of what is none.
    """

    at_utc: datetime | None = None
    kind: str | None = None
    seller: str | None = None
    id: str | None = None
    ping_id: str | None = None
    bid_ids: tuple[str, ...] | None = None
    repeat_of: str | None = None
    vertical: str | None = None
    state: str | None = None
    zip: str | None = None
    sub_id: str | None = None
    test: bool | None = None
    status: str | None = None
    reason_code: str | None = None
    detail: str | None = None
    campaign: str | None = None
    leg: str | None = None
    price_cents: int | None = None
    probability: float | None = None
    value: float | None = None
    bid_value: float | None = None
    win_probability: float | None = None
    surplus: float | None = None
    lead_id: str | None = None
    kept: bool | None = None
    count: int | None = None
    took_ms: float | None = None
    result: str | None = None
    config: str | None = None
    model: str | None = None
    shadow_model: str | None = None
    shadow_reason_code: str | None = None
    shadow_leg: str | None = None
    shadow_price_cents: int | None = None
    shadow_probability: float | None = None
    line: str | None = None
    broken: bytes | None = None


_COLUMNS = Flat.__struct_fields__


class _Stranger(msgspec.Struct, frozen=True):
    """A JSON object that is none of our lines."""

    at: object = None
    kind: object = None
    seller: object = None


def flat(text: bytes, path: Path) -> Flat:
    """The row of a line of this file, given without its line break. OtherVersion where it is of another one."""
    line = decode(text, path)
    try:
        written = text.decode()
        if line is None:
            return _strange(msgspec.json.decode(text, type=_Stranger), written)
    except UNREADABLE:
        return Flat(broken=text)
    return Flat(
        at_utc=_moment(line.at), kind=str(line.__struct_config__.tag), seller=line.seller, line=written, **_said(line)
    )


def misfits(path: Path) -> int:
    """How many rows of a compacted file say something else than their own line. ParquetError, OtherVersion."""
    count = 0
    for row in parquet.read(path, ", ".join(_COLUMNS)):
        *_, line, broken = row
        text = line.encode() if line is not None else broken or b""
        made = flat(text, path)
        count += [*map(_stored, row)] != [_stored(getattr(made, each)) for each in _COLUMNS]
    return count


def _stored(value: object) -> object:
    """A value as Parquet gives it back: times without their zone, lists for tuples."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return list(value) if isinstance(value, tuple) else value


def _strange(line: _Stranger, written: str) -> Flat:
    return Flat(
        at_utc=_moment(line.at) if isinstance(line.at, (int, float)) else None,
        kind=line.kind if isinstance(line.kind, str) else None,
        seller=line.seller if isinstance(line.seller, str) else None,
        line=written,
    )


def _moment(at: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _said(line: AnyLine) -> dict[str, Any]:
    """What a line of this kind says beside its moment and its seller."""
    match line:
        case PingLine():
            return _ping(line)
        case RepeatLine():
            return {"ping_id": line.id, "repeat_of": line.repeat_of, "test": line.test, "status": "accepted"}
        case RefusedLine():
            return {"id": line.id, "ping_id": line.id, "test": line.test, "count": line.count, **_refused(line.refusal)}
        case PostLine() | NoticeLine():
            # Each of their fields is a column, but for what only the line itself tells.
            apart = (*Line.__struct_fields__, "consultations", "request")
            return {name: getattr(line, name) for name in line.__struct_fields__ if name not in apart}
        case RetainLine():
            return {"lead_id": line.lead_id, "result": line.result, "detail": line.check}
        case _:
            assert_never(line)


def _ping(line: PingLine) -> dict[str, Any]:
    ping, refusal, bids = line.ping, line.withdrawn or line.decision.refusal, line.decision.bids
    return {
        "id": line.id,
        "ping_id": line.bid_ids[0] if line.bid_ids else line.id,
        "bid_ids": line.bid_ids,
        "vertical": ping.vertical,
        "state": ping.state,
        "zip": ping.zip,
        "sub_id": ping.sub_id,
        "test": ping.test,
        "took_ms": line.took_ms,
        "config": line.config,
        "model": line.model,
        **({"status": "accepted"} if refusal is None else _refused(refusal)),
        **(_bid(bids[0]) if bids else {}),
        **(_shadow(line.shadow) if line.shadow is not None else {}),
    }


def _bid(offer: Offer) -> dict[str, Any]:
    valuation = offer.valuation
    return {
        "campaign": offer.campaign,
        "leg": offer.leg,
        "price_cents": offer.price_cents,
        "win_probability": offer.win_probability,
        "surplus": offer.surplus,
        "probability": valuation.probability if valuation is not None else None,
        "value": valuation.value if valuation is not None else None,
        "bid_value": offer.quote.bid_value if offer.quote is not None else None,
    }


def _shadow(shadow: Shadow) -> dict[str, Any]:
    best = shadow.bids[0] if shadow.bids else None
    return {
        "shadow_model": shadow.model,
        "shadow_reason_code": shadow.refusal.code if shadow.refusal is not None else None,
        "shadow_leg": best.leg if best is not None else None,
        "shadow_price_cents": best.price_cents if best is not None else None,
        "shadow_probability": best.probability if best is not None else None,
    }


def _refused(refusal: Refusal) -> dict[str, Any]:
    status = "error" if refusal.code == "internal" else "rejected"
    return {"status": status, "reason_code": refusal.code, "detail": refusal.detail}
