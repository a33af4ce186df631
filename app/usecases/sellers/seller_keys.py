"""Adds and drops keys of sellers in the configuration's file, which a running service then takes up."""

from app.config.file.edit import NewSeller, NewValue, NotEdited
from app.domain.operators.audit import OperatorAct
from app.domain.seller import Seller
from app.usecases.bidder import Bidder
from app.usecases.operators.requests import NotDone, RequestTerms
from app.usecases.reload.config_watcher import ConfigWatcher
from app.usecases.sellers.seller_changes import hash_of_key, newest_key_alone, one_key_more, require_name, taken_live


async def add_seller(bidder: Bidder, watch: ConfigWatcher, name: str, key: str, terms: RequestTerms) -> None:
    """Declare a seller in test mode. NotDone where its name serves for none, or the file cannot be changed."""
    require_name(name, bidder.catalogue.sellers, bidder.catalogue.campaigns)
    await _edit(watch, NewSeller(values={"name": name, "key_sha256": [hash_of_key(key)], "mode": "test"}))
    await _note(bidder, "add seller", name, "", terms)


async def rotate_key(bidder: Bidder, watch: ConfigWatcher, seller: Seller, key: str, terms: RequestTerms) -> None:
    """Add a key; the others hold until they are dropped. NotDone where the file cannot be changed."""
    await _edit(watch, one_key_more(seller, key))
    await _note(bidder, "rotate seller key", seller.name, f"{len(seller.key_sha256) + 1} keys now", terms)


async def drop_old_keys(bidder: Bidder, watch: ConfigWatcher, seller: Seller, terms: RequestTerms) -> None:
    """Leave only the newest. NotDone where there is one alone, or the file cannot be changed."""
    await _edit(watch, newest_key_alone(seller))
    await _note(bidder, "drop old seller keys", seller.name, f"{len(seller.key_sha256) - 1} dropped", terms)


async def go_live(bidder: Bidder, watch: ConfigWatcher, seller: Seller, terms: RequestTerms) -> None:
    """Have its leads bought from now on."""
    if seller.mode == "live":
        raise NotDone(f"{seller.name} is live already")
    await _edit(watch, taken_live(seller))
    await _note(bidder, "take seller live", seller.name, "", terms)


async def _edit(watch: ConfigWatcher, change: NewSeller | NewValue) -> None:
    try:
        await watch.edit(change)
    except NotEdited as reason:
        raise NotDone(str(reason)) from None


async def _note(bidder: Bidder, action: str, seller: str, detail: str, terms: RequestTerms) -> None:
    act = OperatorAct(by=terms.by, action=action, target=seller, detail=detail, why=terms.why)
    await bidder.store.note(act, terms.now)
