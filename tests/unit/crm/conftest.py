"""A lead with every corner that a CRM's format could stumble over."""

import pytest

from app.domain.delivery.sold_lead import ConsentProof, LeadDocument, SoldLead, lead_document
from app.wire.post import Contact


@pytest.fixture
def lead() -> LeadDocument:
    return lead_document(
        SoldLead(
            lead_id="0199a7c2-7e1c-7d2e-9a01-3f5b8c1d2e4f",
            ping_id="ping-1",
            seller="acme",
            campaign="solar-tx",
            vertical="solar",
            leg="exclusive",
            price_cents=2150,
            sold_at=1_790_000_060.0,
            test=False,
            contact=Contact(
                first_name="Zoë & <Co>",
                last_name="O'Brien",
                phone="(512) 555-0134",
                email="zoe@example.com",
                address="1 Main St #5",
                city="Austin",
                state="TX",
                zip="78701",
            ),
            consent=ConsentProof(
                trustedform_cert_url="https://cert.trustedform.com/" + "ab" * 20,
                consent_at=1_790_000_000.0,
                ip_address="203.0.113.9",
            ),
            fields={"homeowner": True, "credit_tier": "good", "electric_bill": 210},
        )
    )
