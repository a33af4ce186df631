"""Sellers: side by side, and each with scorecard, sub-sources, tests, keys and links."""

from typing import Annotated

import msgspec

from app.domain.seller import Seller
from app.http.console.view import ConsoleAct, ConsoleRequest, Done, Download, NotShown, Undo, View, Why
from app.reports.scorecard import first_hour
from app.reports.tally import JournalTally
from app.usecases.operators import requests
from app.usecases.operators.new_key import new_key
from app.usecases.sellers import seller_keys
from app.usecases.sellers.seller_view import SellersView, SellerView, seller_view, sellers_view
from app.wire.scorecard import DAYS_MAX

Days = Annotated[int, msgspec.Meta(ge=1, le=DAYS_MAX, description="How many days back.")]


class SellersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Over how many days."""

    days: Days = 7


class SellerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which seller, and over how many days."""

    seller: str
    days: Days = 7


class SellerForm(msgspec.Struct, frozen=True, kw_only=True):
    """A seller, and why."""

    seller: str
    why: Why


async def _sellers(asked: ConsoleRequest, query: SellersQuery) -> SellersView:
    return await sellers_view(asked.bidder, await _tally(asked, query.days), query.days, asked.now)


async def _seller(asked: ConsoleRequest, query: SellerQuery) -> SellerView:
    seller, background = _known(asked, query.seller), asked.background
    tally = await _tally(asked, query.days)
    return await seller_view(asked.bidder, background.certifier, seller, tally, query.days, asked.now)


async def _tally(asked: ConsoleRequest, days: int) -> JournalTally:
    counted = await asked.background.lately.from_time(first_hour(asked.now, days), asked.now)
    if counted is None:
        raise NotShown("The journal of these days is being counted: look again in a moment.", 503)
    return counted.tally


def _known(asked: ConsoleRequest, name: str) -> Seller:
    seller = asked.bidder.catalogue.sellers.get(name)
    if seller is None:
        raise NotShown(f"There is no seller {name}.")
    return seller


async def _suspend(asked: ConsoleRequest, form: SellerForm) -> Done:
    await requests.suspend(asked.bidder.store, asked.bidder.catalogue.configuration, form.seller, asked.terms(form.why))
    undo = Undo(f"sellers/{form.seller}/resume", "Undo", {"why": "taken back at once"})
    return Done(f"{form.seller} is suspended within a second; its live bids are honored.", undo)


async def _resume(asked: ConsoleRequest, form: SellerForm) -> Done:
    await requests.resume(asked.bidder.store, asked.bidder.catalogue.configuration, form.seller, asked.terms(form.why))
    undo = Undo(f"sellers/{form.seller}/suspend", "Undo", {"why": "taken back at once"})
    return Done(f"{form.seller} goes on within a second.", undo)


async def _add(asked: ConsoleRequest, form: SellerForm) -> Done:
    key, watch = new_key(asked.bidder.chance), asked.background.watch
    await seller_keys.add_seller(asked.bidder, watch, form.seller, key, asked.terms(form.why))
    return Done(f"{form.seller} is added in test mode. Its key, shown only now: {key}")


async def _rotate(asked: ConsoleRequest, form: SellerForm) -> Done:
    key, seller = new_key(asked.bidder.chance), _known(asked, form.seller)
    await seller_keys.rotate_key(asked.bidder, asked.background.watch, seller, key, asked.terms(form.why))
    return Done(f"The new key of {form.seller}, shown only now: {key}. The old ones hold until they are dropped.")


async def _drop(asked: ConsoleRequest, form: SellerForm) -> Done:
    seller = _known(asked, form.seller)
    await seller_keys.drop_old_keys(asked.bidder, asked.background.watch, seller, asked.terms(form.why))
    return Done(f"Only the newest key of {form.seller} is left; it holds within seconds.")


async def _go_live(asked: ConsoleRequest, form: SellerForm) -> Done:
    seller = _known(asked, form.seller)
    await seller_keys.go_live(asked.bidder, asked.background.watch, seller, asked.terms(form.why))
    return Done(f"{form.seller} is live: its leads are bought within seconds.")


async def _reset(asked: ConsoleRequest, form: SellerForm) -> Done:
    if not await asked.bidder.store.forget_certification(form.seller, asked.by, asked.now):
        raise requests.NotDone(f"{form.seller} had passed no step.")
    return Done(f"The certification of {form.seller} starts again.")


VIEWS = (
    View(
        path="sellers",
        title="Sellers",
        label="Sellers",
        says="Sellers side by side: what they offered, what was bought of it, and what was wrong with it",
        template="app/http/console/pages/sellers/sellers.html",
        shows=SellersView,
        show=_sellers,
        query=SellersQuery,
        is_common=True,
    ),
    View(
        path="sellers/{seller}",
        title="Seller",
        says="One seller: its scorecard to the sub-source, its tests, keys and links",
        template="app/http/console/pages/sellers/seller.html",
        shows=SellerView,
        show=_seller,
        query=SellerQuery,
        # Its links open the seller's pages.
        role="operator",
    ),
)
ACTS = (
    ConsoleAct(path="sellers/add", form=SellerForm, do=_add, role="admin"),
    ConsoleAct(path="sellers/{seller}/suspend", form=SellerForm, do=_suspend),
    ConsoleAct(path="sellers/{seller}/resume", form=SellerForm, do=_resume),
    ConsoleAct(path="sellers/{seller}/rotate-key", form=SellerForm, do=_rotate, role="admin"),
    ConsoleAct(path="sellers/{seller}/drop-old-keys", form=SellerForm, do=_drop, role="admin"),
    ConsoleAct(path="sellers/{seller}/go-live", form=SellerForm, do=_go_live, role="admin"),
    ConsoleAct(path="sellers/{seller}/reset-certification", form=SellerForm, do=_reset),
)
DOWNLOADS: tuple[Download, ...] = ()
