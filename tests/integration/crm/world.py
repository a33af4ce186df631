"""What delivery stands on in these tests: a store that keeps its promises in memory."""

from dataclasses import dataclass, field

from app.domain.delivery.delivery import AttemptReport, ClaimedDelivery
from app.domain.delivery.sold_lead import ConsentProof, LeadDocument, SoldLead, lead_document
from app.wire.post import Contact


def a_lead(number: int) -> LeadDocument:
    return lead_document(
        SoldLead(
            lead_id=f"lead-{number:04d}",
            ping_id=f"ping-{number}",
            seller="acme",
            campaign="solar-tx",
            vertical="solar",
            leg="exclusive",
            price_cents=2140,
            sold_at=1_790_000_000.0,
            test=False,
            contact=Contact(first_name="Ada", last_name="Lovelace", phone="5125550134", email="ada@example.com"),
            consent=ConsentProof(tcpa_text="Call me."),
            fields={"homeowner": True},
        )
    )


@dataclass
class Row:
    destination: str
    lead: LeadDocument
    due_at: float
    status: str = "pending"
    attempts: int = 0
    owner: str = ""
    reports: list[AttemptReport] = field(default_factory=list)


class InMemoryDeliveries:
    """Claims with a lease and a fence, as the database does."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.disabled: set[str] = set()
        self.away = False
        self.unclaimable: set[str] = set()

    def add(self, destination: str, number: int, due_at: float) -> str:
        delivery_id = f"{destination}-{number}"
        self.rows[delivery_id] = Row(destination, a_lead(number), due_at)
        return delivery_id

    def statuses(self) -> list[str]:
        return sorted(row.status for row in self.rows.values())

    async def claim_due(
        self, destination: str, owner: str, now: float, limit: int, lease_s: float
    ) -> list[ClaimedDelivery]:
        if self.away or destination in self.unclaimable:
            raise ConnectionError("the database is away")
        if destination in self.disabled:
            return []
        due = [
            (row.due_at, delivery_id, row)
            for delivery_id, row in self.rows.items()
            if row.destination == destination and row.status in ("pending", "leased") and row.due_at <= now
        ]
        return [self._claim(delivery_id, row, owner, now + lease_s) for _, delivery_id, row in sorted(due)[:limit]]

    def _claim(self, delivery_id: str, row: Row, owner: str, until: float) -> ClaimedDelivery:
        row.status, row.due_at, row.owner, row.attempts = "leased", until, owner, row.attempts + 1
        return ClaimedDelivery(
            delivery_id=delivery_id,
            destination=row.destination,
            webhook_id=f"msg_{delivery_id}",
            owner=owner,
            attempt=row.attempts,
            lead=row.lead,
        )

    async def acknowledge(self, report: AttemptReport) -> bool:
        if self.away:
            raise ConnectionError("the database is away")
        row = self.rows[report.delivery_id]
        if (row.status, row.owner, row.attempts) != ("leased", report.owner, report.attempt):
            return False
        row.status = report.status
        row.due_at = row.due_at if report.due_at is None else report.due_at
        row.reports.append(report)
        if report.disables:
            self.disabled.add(report.destination)
        return True
