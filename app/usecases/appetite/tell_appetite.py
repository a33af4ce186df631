"""Tells a seller what is bought of it now: a row for each vertical, state and leg."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256

from app.dialects.appetite import write_appetite
from app.domain.auction.appetite import CampaignAppetite, Hours, appetite_of, rows_of
from app.domain.auction.reach import BuyingArea, Reach, buying_area
from app.domain.auction.snapshot import Snapshot
from app.domain.catalogue import Catalogue
from app.domain.seller import Seller
from app.usecases.bidder import Bidder
from app.usecases.limits.kept_appetites import KeptAppetite
from app.usecases.standing.standing import LiveStanding
from app.wire.appetite import AppetiteRow
from app.wire.ping import Ping

_PLACES_A_SLICE = 16
"""After so many places pings are let in between: some 200 microseconds."""


async def tell_appetite(bidder: Bidder, seller: Seller, now: float) -> KeptAppetite | None:
    """What is bought of it, at most a second old; `None` of a seller that is told no reasons either."""
    if seller.disclosure == "opaque":
        return None
    kept = bidder.appetites
    async with kept.alone:
        catalogue, paused = bidder.catalogue, bidder.standing.paused
        found = kept.find(seller.name, catalogue, paused, now)
        if found is not None:
            return found
        area = await _area(bidder)
        rows = [row async for row in appetite_rows(area, bidder.standing, seller, now)]
        body = write_appetite(rows)
        etag = f'"{sha256(body).hexdigest()[:24]}"'
        made = KeptAppetite(at=now, catalogue=catalogue, paused=paused, body=body, etag=etag)
        return kept.keep(seller.name, made, catalogue.sellers)


async def appetite_rows(
    area: BuyingArea, standing: LiveStanding, seller: Seller, now: float
) -> AsyncIterator[AppetiteRow]:
    """Every vertical, state and leg that some campaign of the catalogue buys, in order."""
    catalogue = area.catalogue
    hours = Hours(catalogue.buyer.zone)
    for (vertical, state), there in area.reaches.items():
        catalogues = area.suited if vertical in catalogue.challengers else area.suited[:1]
        appetites = [await _in_state(catalogues, standing, seller, reach, now) for reach in there]
        for row in rows_of(vertical, state, appetites, seller, hours, now):
            yield row
        await asyncio.sleep(0)


async def _area(bidder: Bidder) -> BuyingArea:
    """Where the catalogue in force buys; found once, beside the loop, which has pings to answer."""
    kept, catalogue = bidder.appetites, bidder.catalogue
    if kept.area is None or kept.area.catalogue is not catalogue:
        kept.area = await asyncio.to_thread(buying_area, catalogue)
    return kept.area


async def _in_state(
    catalogues: Sequence[Catalogue], standing: LiveStanding, seller: Seller, reach: Reach, now: float
) -> CampaignAppetite:
    """What one campaign says in a state: of each of its places, until one says yes or all would say the same no."""
    campaign = reach.campaign
    whole, before = CampaignAppetite(campaign=campaign), None
    if standing.bids_nothing:
        return whole
    for number, zip_code in enumerate(reach.zips(catalogues[0].zip_states, standing.requested_digits)):
        place = Ping(vertical=campaign.vertical, zip=zip_code, state=reach.state)
        met = standing.peek(campaign, seller, place, now)
        if met != before:
            before = met
            snapshots = [Snapshot(catalogue=each, seller=seller, standing=met) for each in catalogues]
            ends = standing.request_ends(campaign.name, place, now)
            whole = whole.and_at(appetite_of(campaign, place, snapshots, ends, now))
        if whole.everywhere:
            break
        if number % _PLACES_A_SLICE == _PLACES_A_SLICE - 1:
            await asyncio.sleep(0)
    return whole
