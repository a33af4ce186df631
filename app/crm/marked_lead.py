"""A lead of nobody, which says so by its name: a CRM's owner sees it arrive before a real one is bought."""

from collections.abc import Iterable
from typing import Protocol

from app.domain.buyer import Buyer
from app.domain.campaign import Campaign
from app.domain.delivery.sold_lead import ConsentProof, LeadDocument, SoldLead, lead_document
from app.domain.seller import Seller
from app.domain.territory import PREFIX_LENGTH, ZipStates
from app.domain.vertical import Vertical
from app.instructions.example_lead import example_lead
from app.wire.post import Contact

_NAME = {"first_name": "Leadbid", "last_name": "Test"}
_PHONE = "5125550142"
"""Numbers of 555-01 are nobody's, also in a dialer."""
_HOME = ("78701", "TX")


class UnknownVertical(Exception):
    """There is no such kind of lead: the message says which there are."""


class Declares(Protocol):
    """What a buyer declares."""

    @property
    def buyer(self) -> Buyer: ...
    @property
    def verticals(self) -> tuple[Vertical, ...]: ...
    @property
    def campaigns(self) -> tuple[Campaign, ...]: ...
    @property
    def sellers(self) -> tuple[Seller, ...]: ...


def marked_lead(
    declared: Declares, destination: str, vertical_name: str, lead_id: str, now: float, zips: ZipStates
) -> LeadDocument:
    """It has an answer to every question of its vertical, by default of the first that is sent to this destination,
    and lives where that is bought.
    """
    campaigns = [each for each in declared.campaigns if destination in each.destinations]
    campaign = next((each for each in campaigns if vertical_name in ("", each.vertical)), None)
    vertical = _vertical(declared.verticals, vertical_name or (campaign.vertical if campaign is not None else ""))
    values = example_lead(declared.buyer, vertical, (campaign,) if campaign is not None else (), 1)
    zip_code, state = _home(campaign, zips)
    contact = {name: str(value) for name, value in values.items() if name in Contact.__struct_fields__}
    home = {"phone": _PHONE, "zip": zip_code, "state": state}
    lead = SoldLead(
        lead_id=lead_id,
        ping_id="",
        seller=declared.sellers[0].name if declared.sellers else "test",
        campaign=campaign.name if campaign is not None else "test",
        vertical=vertical.name,
        leg="exclusive",
        price_cents=0,
        sold_at=now,
        test=True,
        contact=Contact(**(contact | _NAME | home)),
        consent=ConsentProof(tcpa_text=str(values["tcpa_text"]), consent_at=now),
        fields={field.name: values[field.name] for field in vertical.fields},
    )
    return lead_document(lead)


def _vertical(verticals: Iterable[Vertical], name: str) -> Vertical:
    by_name = {vertical.name: vertical for vertical in verticals}
    if not by_name or (name and name not in by_name):
        raise UnknownVertical(f"there is no vertical {name!r}; there are: {', '.join(by_name) or 'none'}")
    return by_name[name] if name else next(iter(by_name.values()))


def _home(campaign: Campaign | None, zips: ZipStates) -> tuple[str, str]:
    if campaign is None or campaign.territory.covers(*_HOME):
        return _HOME
    bought = (
        (zip_code, states[0])
        for zip_code, states in zips.items()
        if len(zip_code) > PREFIX_LENGTH and campaign.territory.covers(zip_code, states[0])
    )
    return next(bought, _HOME)
