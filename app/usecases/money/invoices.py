"""The invoices of all sellers for a month, from the books."""

from collections.abc import Mapping

from app.config.sellers import PREPAID
from app.domain.configuration import Configuration
from app.domain.returns.invoice import month_bounds
from app.domain.seller import Seller
from app.reports.money.invoices import InvoiceMonth, LateCredits, Prepaid, invoice_month
from app.reports.money.profit import Profit
from app.store.store import Store


async def invoices_of(store: Store, declared: Configuration, month: str, profit: Profit) -> InvoiceMonth:
    """Of every seller that is declared, or sold in the month, whose `profit` is given. Raises StoreUnavailable."""
    since, until = month_bounds(month, profit.zone)
    used, credited = await store.cap_usage(profit.at), await store.late_credits(since, until)
    sellers = {each.name for each in declared.sellers} | {row.name for row in profit.sellers} | {*credited}
    late = {name: LateCredits(leads=leads, cents=cents) for name, (leads, cents) in credited.items()}
    late |= {name: LateCredits() for name in sellers if name not in credited}
    prepaid = {each.name: balance for each in declared.sellers if (balance := prepaid_of(each, used)) is not None}
    return invoice_month(month, profit, late, prepaid)


def prepaid_of(seller: Seller, used: Mapping[str, int]) -> Prepaid | None:
    """Of a seller that is paid ahead; `used` is by counter."""
    caps = [cap for cap in seller.caps if cap.name == PREPAID and cap.window == "total"]
    if not caps:
        return None
    spent = sum(amount for counter, amount in used.items() if caps[0].counts_in(counter))
    return Prepaid(paid_cents=caps[0].limit, left_cents=caps[0].limit - spent)
