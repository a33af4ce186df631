"""What is owed to each seller for a month, beside each other: the sums of their invoices."""

from collections.abc import Mapping

import msgspec

from app.reports.money.profit import Account, Profit


class Prepaid(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid to a seller ahead, and what of it is left."""

    paid_cents: int
    left_cents: int


class LateCredits(msgspec.Struct, frozen=True, kw_only=True):
    """Leads of earlier months that were credited in this one."""

    leads: int = 0
    cents: int = 0


class InvoiceSums(msgspec.Struct, frozen=True, kw_only=True):
    """As `leadbid invoice` says them: `owed_cents` of the leads of the month as of now, `asked` are returns of them
    without an answer, and `late` are credits to take off if the months that they are of are paid.
    """

    seller: str
    leads: int
    bought_cents: int
    returns: int
    credited_cents: int
    owed_cents: int
    asked: int
    asked_cents: int
    late: LateCredits
    prepaid: Prepaid | None = None


class InvoiceMonth(msgspec.Struct, frozen=True, kw_only=True):
    """As of `at` (UTC epoch seconds), of a month of `zone`; a running one is not complete."""

    at: float
    month: str
    zone: str
    is_over: bool
    total: InvoiceSums
    sellers: tuple[InvoiceSums, ...]


def invoice_month(
    month: str, profit: Profit, late: Mapping[str, LateCredits], prepaid: Mapping[str, Prepaid]
) -> InvoiceMonth:
    """Of the sellers of `late`, which are all there are or were, by name; what they sold stands in the profit."""
    sold = {row.name: row.all for row in profit.sellers}
    rows = [_sums(seller, sold.get(seller, Account()), late[seller], prepaid.get(seller)) for seller in sorted(late)]
    all_late = LateCredits(
        leads=sum(each.leads for each in late.values()), cents=sum(each.cents for each in late.values())
    )
    return InvoiceMonth(
        at=profit.at,
        month=month,
        zone=profit.zone,
        is_over=profit.span.until <= profit.at,
        total=_sums("", profit.total.all, all_late, None),
        sellers=tuple(rows),
    )


def _sums(seller: str, of: Account, late: LateCredits, prepaid: Prepaid | None) -> InvoiceSums:
    return InvoiceSums(
        seller=seller,
        leads=of.leads,
        bought_cents=of.bought_cents,
        returns=of.returns,
        credited_cents=of.credited_cents,
        owed_cents=of.owed_cents,
        asked=of.asked,
        asked_cents=of.asked_cents,
        late=late,
        prepaid=prepaid,
    )
