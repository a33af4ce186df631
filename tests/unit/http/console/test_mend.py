"""Every alert leads to where it can be mended."""

from app.domain.alerts.alert import alert
from app.http.console.pages.now.mend import mended_at
from tests.table import each_row


@each_row(
    ("cause", "target", "page"),
    [
        ("cap_full", "solar-tx/daily", "/console/campaigns/solar-tx#caps"),
        ("cap_nearly_used", "acme/prepaid-balance", "/console/sellers/acme"),
        ("seller_silent", "acme", "/console/sellers/acme"),
        ("contact_falling", "solar-tx acme", "/console/campaigns/solar-tx"),
        ("stopped_by_service", "solar-tx", "/console/campaigns/solar-tx"),
        ("stopped_by_service", "canary/solar/0002", "/console/models"),
        ("leads_undelivered", "our crm", "/console/deliveries?destination=our+crm&status=dead"),
        ("destination_disabled", "crm", "/console/deliveries?destination=crm"),
        ("configuration_held", "0123", "/console/settings"),
        ("provider_down", "trustedform", "/console#checks"),
        ("audit_broken", "", "/console/audit/verdict"),
        ("disk_full", "", ""),
    ],
)
def test_an_alert_leads_to_what_it_is_about(cause: str, target: str, page: str) -> None:
    assert mended_at(alert(cause, "x", target=target), {"solar-tx"}, {"acme"}) == page
