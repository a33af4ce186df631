"""What the configuration's file comes to say of a seller, whoever asks: `leadbid sellers` or the console."""

from collections.abc import Container
from hashlib import sha256

from app.config.file.edit import NewValue
from app.config.values.kind import UnreadableValue
from app.config.values.kinds import read_slug
from app.domain.seller import Seller
from app.usecases.operators.requests import NotDone


def require_name(name: str, sellers: Container[str], campaigns: Container[str]) -> None:
    """NotDone where a new seller cannot be called so."""
    try:
        read_slug(name)
    except UnreadableValue as wrong:
        raise NotDone(f"{wrong.reason}: {wrong.remedy}") from None
    if name in sellers:
        raise NotDone(f"there is a seller `{name}` already: `leadbid sellers rotate-key {name}` gives it another key")
    if name in campaigns:
        raise NotDone(f"a campaign is named `{name}`, and a pause by that name would stop both: choose another name")


def one_key_more(seller: Seller, key: str, *, drop_old: bool = False) -> NewValue:
    """Another key beside those that a seller has, or in their place."""
    kept = () if drop_old else seller.key_sha256
    return NewValue(seller=seller.name, key="key_sha256", value=[*kept, hash_of_key(key)])


def newest_key_alone(seller: Seller) -> NewValue:
    """The last key in the file; NotDone where there is no other."""
    if len(seller.key_sha256) == 1:
        raise NotDone(f"{seller.name} has only one key: `leadbid sellers rotate-key {seller.name}` adds another")
    return NewValue(seller=seller.name, key="key_sha256", value=[seller.key_sha256[-1]])


def taken_live(seller: Seller) -> NewValue:
    """Its leads are bought from now on."""
    return NewValue(seller=seller.name, key="mode", value="live")


def hash_of_key(key: str) -> str:
    """As the file holds it."""
    return sha256(key.encode()).hexdigest()
