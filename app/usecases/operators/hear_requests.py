"""Takes up what operators ask for, whoever wrote it: this process, a command beside it, or another replica."""

from app.domain.catalogue import Catalogue, with_limits
from app.store.operators.requested import RequestRows
from app.usecases.bidder import Bidder
from app.usecases.standing.restore import requests_of


def hear_requests(bidder: Bidder, rows: RequestRows, declared: Catalogue) -> None:
    """Put in force what is asked for, and end what is not asked for any more; caps are otherwise as `declared`."""
    bidder.standing.apply(requests_of(rows))
    limits = limits_of(rows)
    if limits != bidder.limits:
        bidder.limits = limits
        bidder.catalogue = with_limits(declared, limits)


def limits_of(rows: RequestRows) -> dict[str, int]:
    """The limits of caps, by OWNER/CAP, that hold in place of the declared ones."""
    return {each.target: each.amount for each in rows.switches if each.kind == "cap" and each.amount is not None}
