"""Where in the console something that needs attention can be mended, or at least looked into."""

from collections.abc import Collection, Mapping
from urllib.parse import quote, urlencode

from app.domain.alerts.alert import Alert

_PAGES: Mapping[str, str] = {
    "audit_broken": "/audit/verdict",
    "configuration_refused": "/settings",
    "configuration_held": "/settings",
    "configurations_differ": "/settings",
    "no_model": "/models",
    "scores_moved": "/models",
    # What the service stops beside campaigns and sellers is the canary of a model.
    "stopped_by_service": "/models",
    "no_wins": "/price-to-win",
    "provider_down": "#checks",
    "provider_budget": "#checks",
}
_OF_DESTINATIONS: Mapping[str, str] = {
    "destination_disabled": "",
    "destination_failing": "",
    "leads_waiting": "pending",
    "leads_undelivered": "dead",
}


def mended_at(alert: Alert, campaigns: Collection[str], sellers: Collection[str]) -> str:
    """The path of a page; empty where nothing in the console helps."""
    if alert.cause in _OF_DESTINATIONS:
        named = {"destination": alert.target, "status": _OF_DESTINATIONS[alert.cause]}
        return f"/console/deliveries?{urlencode({name: value for name, value in named.items() if value})}"
    # Caps are named OWNER/CAP; who of several is meant comes first.
    owner, _, cap = alert.target.partition(" ")[0].partition("/")
    if owner in campaigns:
        return f"/console/campaigns/{quote(owner)}{'#caps' if cap else ''}"
    if owner in sellers:
        return f"/console/sellers/{quote(owner)}"
    page = _PAGES.get(alert.cause)
    return "" if page is None else f"/console{page}"
