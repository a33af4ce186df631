"""What a seller bills against what is owed: each line of its bill, and each lead that it forgot, with one cause."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from app.domain.calendar import local_time
from app.domain.money import money
from app.domain.returns.invoice import Invoice, LedgerLine

Cause = Literal[
    "agreed",
    "price_differs",
    "returned",
    "credit",
    "test",
    "not_ours",
    "duplicate_line",
    "outside_month",
    "unknown_id",
    "not_billed",
]

CAUSES: dict[Cause, str] = {
    "agreed": "billed as owed",
    "price_differs": "billed at another price than was bid",
    "returned": "returned, and credited by the seller",
    "credit": "the seller's own credits",
    "test": "tests, which nobody buys",
    "not_ours": "not bought, or bought of another seller",
    "duplicate_line": "billed before in the same bill",
    "outside_month": "bought in another month of the buyer's time zone",
    "unknown_id": "no lead or post of ours has the id",
    "not_billed": "owed, but not on the bill",
}
"""What each cause says, in the order in which they are shown."""


class BilledLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a bill. `ids` are all that may name the lead; without a price it is billed as owed."""

    line: int
    ids: tuple[str, ...]
    price_cents: int | None = None
    date: str = ""


class OtherPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post of the seller that was not bought for real: a test, or refused with `code`."""

    test: bool
    code: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One line and what it differs by: above zero where more is billed than owed; line 0 is of what is not billed."""

    cause: Cause
    line: int
    id: str
    billed_cents: int
    owed_cents: int
    detail: str = ""

    @property
    def cents(self) -> int:
        """What is billed too much."""
        return self.billed_cents - self.owed_cents


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """A bill beside an invoice; together the differences are what one is more than the other."""

    billed_cents: int
    owed_cents: int
    differences: tuple[Difference, ...]


def reconcile(
    invoice: Invoice, bill: Iterable[BilledLine], leads: Mapping[str, LedgerLine], posts: Mapping[str, OtherPost]
) -> Reconciliation:
    """Every line of the bill judged once, then what it lacks. `leads` and `posts` are known by all of their ids."""
    found: list[Difference] = []
    seen: set[str] = set()
    for line in bill:
        lead = next((leads[each] for each in line.ids if each in leads), None)
        if lead is None:
            found.append(_without_lead(line, posts))
        else:
            found.append(_of_lead(line, lead, invoice, seen))
            if found[-1].cause != "credit":
                seen.add(lead.lead_id)
    found += [
        Difference(cause="not_billed", line=0, id=each.lead_id, billed_cents=0, owed_cents=each.price_cents)
        for each in invoice.lines
        if each.lead_id not in seen and each.returned != "accepted"
    ]
    return Reconciliation(
        billed_cents=sum(each.billed_cents for each in found),
        owed_cents=invoice.owed_cents,
        differences=tuple(found),
    )


def _without_lead(line: BilledLine, posts: Mapping[str, OtherPost]) -> Difference:
    post = next((posts[each] for each in line.ids if each in posts), None)
    if post is None:
        return _difference("unknown_id", line, 0, line.date)
    return _difference("test", line, 0) if post.test else _difference("not_ours", line, 0, f"refused: {post.code}")


def _of_lead(line: BilledLine, lead: LedgerLine, invoice: Invoice, seen: set[str]) -> Difference:
    if lead.seller != invoice.seller:
        return _difference("not_ours", line, 0, "bought of another seller")
    if line.price_cents is not None and line.price_cents < 0:
        return _difference("credit", line, 0, "returned" if lead.returned == "accepted" else "not asked for")
    if lead.lead_id in seen:
        return _difference("duplicate_line", line, 0)
    if not invoice.since <= lead.sold_at < invoice.until:
        at = local_time(lead.sold_at, invoice.zone)
        return _difference("outside_month", line, 0, f"bought {at.date} {at.minute // 60:02d}:{at.minute % 60:02d}")
    if lead.returned == "accepted":
        return _difference("returned", line, 0, str(lead.reason))
    if line.price_cents is not None and line.price_cents != lead.price_cents:
        return _difference("price_differs", line, lead.price_cents, f"bid {money(lead.price_cents)}")
    if line.price_cents is None:
        line = msgspec.structs.replace(line, price_cents=lead.price_cents)
    return _difference("agreed", line, lead.price_cents)


def _difference(cause: Cause, line: BilledLine, owed_cents: int, detail: str = "") -> Difference:
    return Difference(
        cause=cause,
        line=line.line,
        id=line.ids[0],
        billed_cents=line.price_cents or 0,
        owed_cents=owed_cents,
        detail=detail,
    )
