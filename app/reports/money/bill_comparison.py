"""A seller's bill beside what is owed: what each cause comes to, and the lines that are not as owed."""

from collections.abc import Mapping, Sequence

import msgspec

from app.domain.returns.bill import CAUSES, Cause, Difference, Reconciliation
from app.domain.returns.invoice import Invoice

DIFFERENCES_MAX = 500


class CauseSum(msgspec.Struct, frozen=True, kw_only=True):
    """So many lines of one cause; `cents` is what they bill too much."""

    cause: Cause
    lines: int
    cents: int
    says: str


class BillComparison(msgspec.Struct, frozen=True, kw_only=True):
    """`columns` says which columns of the file were taken for what, `notes` what of it was left out.

    `differences` are the first lines that are not as owed, of `different` in all; one of line 0 is not on the bill.
    """

    seller: str
    month: str
    zone: str
    columns: Mapping[str, str]
    notes: tuple[str, ...]
    billed_cents: int
    owed_cents: int
    causes: tuple[CauseSum, ...]
    different: int
    differences: tuple[Difference, ...]

    @property
    def too_much_cents(self) -> int:
        """By how much the bill is more than what is owed."""
        return self.billed_cents - self.owed_cents


class KeptComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One that was made at `at` (UTC epoch seconds), under the name by which it is found again."""

    name: str
    at: float
    comparison: BillComparison


class BillsView(msgspec.Struct, frozen=True, kw_only=True):
    """Whose bills can be compared, the comparisons of the last hour, newest first, and the one that was asked for."""

    sellers: tuple[str, ...]
    recent: tuple[KeptComparison, ...]
    comparison: BillComparison | None = None


def bill_comparison(
    invoice: Invoice, found: Reconciliation, columns: Mapping[str, str], notes: Sequence[str]
) -> BillComparison:
    """What was found of a bill, in the order of causes."""
    apart = [each for each in found.differences if each.cause != "agreed"]
    return BillComparison(
        seller=invoice.seller,
        month=invoice.month,
        zone=invoice.zone,
        columns=columns,
        notes=tuple(notes),
        billed_cents=found.billed_cents,
        owed_cents=found.owed_cents,
        causes=tuple([_sum(cause, of) for cause in CAUSES if (of := [*_of(found, cause)])]),
        different=len(apart),
        differences=tuple(apart[:DIFFERENCES_MAX]),
    )


def _of(found: Reconciliation, cause: Cause) -> list[Difference]:
    return [each for each in found.differences if each.cause == cause]


def _sum(cause: Cause, of: Sequence[Difference]) -> CauseSum:
    return CauseSum(cause=cause, lines=len(of), cents=sum(each.cents for each in of), says=CAUSES[cause])
