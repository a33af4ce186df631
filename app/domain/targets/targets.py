"""What a campaign is to reach over a local window, and what each sale counts for it."""

from typing import Literal

import msgspec

from app.domain.calendar import LocalTime, WindowKind

TargetKind = Literal["cost_per_acquisition", "return_on_spend", "minimum", "share_of_leads", "share_of_spend"]

WHOLE = ""
"""The part of a target that is all of it."""


class TargetUse(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one sale of `part` counts in a ledger: what it cost, net of expected returns, and what it may have cost.

    `part` is the seller where the target is a share of one.
    """

    ledger: str
    part: str
    spent_cents: float
    allowed_cents: float = 0.0


class CampaignTarget(msgspec.Struct, frozen=True, kw_only=True):
    """`amount` by kind: cents a conversion at most, value per spend at least, leads at least, share of any one seller.

    `owner` is the campaign, `zone` the IANA time zone whose local dates cut the windows.
    """

    name: str
    owner: str
    kind: TargetKind
    amount: float
    window: WindowKind
    zone: str

    @property
    def is_share(self) -> bool:
        """Whether it has a shadow price for each seller."""
        return self.kind in ("share_of_leads", "share_of_spend")

    @property
    def counts_leads(self) -> bool:
        """Whether it is about leads that were bought: one that is given back was not.

        Spend is net of the returns that are expected; a real one would count twice.
        """
        return self.kind in ("minimum", "share_of_leads")

    @property
    def needs_no_model(self) -> bool:
        """Whether a lead counts whose chance of conversion nobody knows."""
        return self.kind == "minimum" or self.is_share

    @property
    def is_at_least(self) -> bool:
        """Whether more is better."""
        return self.kind in ("return_on_spend", "minimum")

    def ledger(self, local: LocalTime) -> str:
        """The key of the ledger in which a sale counts then."""
        return f"{self.resource}/{local.labels[self.window]}"

    @property
    def resource(self) -> str:
        """What is steered, whatever the window: what it takes in one, it probably takes in the next."""
        return f"{self.owner}/{self.name}"

    def allowance(self, worth_cents: float) -> float:
        """What one conversion of this worth may cost, in cents; 0 where the target says nothing of it."""
        if self.kind == "cost_per_acquisition":
            return self.amount
        return worth_cents / self.amount if self.kind == "return_on_spend" else 0.0

    def use(self, ledger: str, seller: str, spent_cents: float, conversions: float, worth_cents: float) -> TargetUse:
        """What a sale of this seller counts, of which so many conversions of this worth are expected."""
        part = seller if self.is_share else WHOLE
        return TargetUse(ledger, part, spent_cents, conversions * self.allowance(worth_cents))


class TargetStanding(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The shadow price of one target as a ping meets it, and for a share of sellers that of all of them together.

    By kind: how much more a cent weighs than it costs, or for a minimum a share of the most that may be added. Of a
    share of leads it is cents, of a share of spend a weight again.
    """

    dual: float = 0.0
    of_all: float = 0.0


LedgerName = tuple[str, str]
"""What is steered, and the part of it."""


class TargetLedger(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What came of one part of a target in a window, and its `dual`, that is steered by it.

    `seen` leads for `paid` cents are those of the window before: by them one knows a usual number and price at once.
    """

    dual: float = 0.0
    leads: float = 0.0
    spent: float = 0.0
    allowed: float = 0.0
    seen: float = 0.0
    paid: float = 0.0

    def sold(self, use: TargetUse) -> "TargetLedger":
        """With one more sale."""
        return msgspec.structs.replace(
            self,
            leads=self.leads + 1.0,
            spent=self.spent + use.spent_cents,
            allowed=self.allowed + use.allowed_cents,
        )

    def returned(self) -> "TargetLedger":
        """With one lead less, at the usual price, which stays what it was."""
        if self.leads < 1.0:
            return self
        left = (self.leads - 1.0) / self.leads
        return msgspec.structs.replace(
            self, leads=self.leads - 1.0, spent=self.spent * left, allowed=self.allowed * left
        )

    def next_window(self) -> "TargetLedger":
        """What the next window begins with."""
        seen, paid = (self.leads, self.spent) if self.leads else (self.seen, self.paid)
        return TargetLedger(dual=max(self.dual, 0.0), seen=seen, paid=paid)

    @property
    def usual_cents(self) -> float:
        """The usual price of a lead; 0 where none was bought."""
        leads = self.leads + self.seen
        return (self.spent + self.paid) / leads if leads else 0.0


class KeptLedger(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A ledger as it was last written down, and when."""

    ledger: TargetLedger
    at: float
