"""Adds and drops keys of sellers in the configuration's file, which a running service then takes up."""

from hashlib import sha256

from app.config.file.edit import NewSeller, NewValue, NotEdited
from app.config.values.kind import UnreadableValue
from app.config.values.kinds import read_slug
from app.domain.operators.audit import OperatorAct
from app.domain.seller import Seller
from app.usecases.bidder import Bidder
from app.usecases.operators.requests import NotDone, RequestTerms
from app.usecases.reload.config_watcher import ConfigWatcher


async def add_seller(bidder: Bidder, watch: ConfigWatcher, name: str, key: str, terms: RequestTerms) -> None:
    """Declare a seller in test mode. NotDone where its name serves for none, or the file cannot be changed."""
    try:
        read_slug(name)
    except UnreadableValue as wrong:
        raise NotDone(f"{wrong.reason}: {wrong.remedy}") from None
    if name in bidder.catalogue.sellers or name in bidder.catalogue.campaigns:
        raise NotDone(f"{name} is the name of a seller or campaign: choose another")
    await _edit(watch, NewSeller(values={"name": name, "key_sha256": [_sha256(key)], "mode": "test"}))
    await _note(bidder, "add seller", name, "", terms)


async def rotate_key(bidder: Bidder, watch: ConfigWatcher, seller: Seller, key: str, terms: RequestTerms) -> None:
    """Add a key; the others hold until they are dropped. NotDone where the file cannot be changed."""
    await _edit(watch, NewValue(seller=seller.name, key="key_sha256", value=[*seller.key_sha256, _sha256(key)]))
    await _note(bidder, "rotate seller key", seller.name, f"{len(seller.key_sha256) + 1} keys now", terms)


async def drop_old_keys(bidder: Bidder, watch: ConfigWatcher, seller: Seller, terms: RequestTerms) -> None:
    """Leave only the newest. NotDone where there is one alone, or the file cannot be changed."""
    if len(seller.key_sha256) == 1:
        raise NotDone(f"{seller.name} has only one key")
    await _edit(watch, NewValue(seller=seller.name, key="key_sha256", value=[seller.key_sha256[-1]]))
    await _note(bidder, "drop old seller keys", seller.name, f"{len(seller.key_sha256) - 1} dropped", terms)


async def go_live(bidder: Bidder, watch: ConfigWatcher, seller: Seller, terms: RequestTerms) -> None:
    """Have its leads bought from now on."""
    if seller.mode == "live":
        raise NotDone(f"{seller.name} is live already")
    await _edit(watch, NewValue(seller=seller.name, key="mode", value="live"))
    await _note(bidder, "take seller live", seller.name, "", terms)


async def _edit(watch: ConfigWatcher, change: NewSeller | NewValue) -> None:
    try:
        await watch.edit(change)
    except NotEdited as reason:
        raise NotDone(str(reason)) from None


async def _note(bidder: Bidder, action: str, seller: str, detail: str, terms: RequestTerms) -> None:
    act = OperatorAct(by=terms.by, action=action, target=seller, detail=detail, why=terms.why)
    await bidder.store.note(act, terms.now)


def _sha256(key: str) -> str:
    return sha256(key.encode()).hexdigest()
