"""The quick first reading of a post, as of a ping: what is plain is read at once, and all else by `generic`.

Nothing is settled here: of a plain post all names are ours, and each value stands in its own place.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET

from app.dialects.layout import CONTACT_READERS, POST_READERS
from app.dialects.plain.form import ODD, PlainForm, PlainForms, PlainPost
from app.dialects.reading import Reading
from app.dialects.text import is_absent
from app.dialects.values.kinds import ValueReader
from app.domain.identity import normal_phone
from app.domain.seller import Seller
from app.domain.token import looks_like_token
from app.domain.vertical import Vertical
from app.wire.post import Contact, Post

_NAMES = PlainPost.__struct_fields__
_LEAD = [(name, read) for name, read in POST_READERS.items() if name in _NAMES]
_CONTACT = [(name, read) for name, read in CONTACT_READERS.items() if name in _NAMES]
_lead_of = attrgetter(*[name for name, _ in _LEAD])
_contact_of = attrgetter(*[name for name, _ in _CONTACT])


class PostAtOnce(msgspec.Struct, frozen=True):
    """A post that was read at once, as its seller and the vertical that it names are declared in `form`."""

    post: Post
    form: PlainForm

    def reading(self, seller: Seller, vertical: Vertical | None, ping_id: str) -> Reading[Post] | None:
        """The post to this bid, if both were declared so when that was made."""
        is_so = seller is self.form.seller and vertical is self.form.vertical and ping_id == self.post.ping_id
        return Reading(self.post) if is_so else None


class PlainPosts:
    """Reads the plain posts of one seller."""

    def __init__(self, seller: Seller, verticals: Mapping[str, Vertical]) -> None:
        self.seller = seller
        self.verticals = verticals
        self._forms = PlainForms(PlainPost, seller, verticals, "post")

    def read(self, body: bytes) -> PostAtOnce | None:
        """The post, and `None` for whatever is not as plain as that."""
        found = self._forms.said_in(body)
        if found is None:
            return None
        form, said = found
        ping_id, lead, contact = _bid_of(said), _read(_LEAD, _lead_of(said)), _read(_CONTACT, _contact_of(said))
        fields = form.fields_of(said)
        if not ping_id or lead is None or contact is None or fields is None or not _is_reachable(contact):
            return None
        # A word for nothing may be a name, but of one that stands twice it does not displace another.
        if any(map(is_absent, contact.values())):
            return None
        whole = Contact(zip=lead["zip"], state=lead.get("state", ""), **contact)
        post = Post(ping_id=ping_id, contact=whole, vertical=form.vertical.name, fields=fields, **lead)
        return PostAtOnce(post, form)


_built: dict[str, PlainPosts] = {}


def plain_posts(seller: Seller, verticals: Mapping[str, Vertical]) -> PlainPosts:
    """The reader of the plain posts of this very seller."""
    posts = _built.get(seller.name)
    if posts is None or posts.seller is not seller or posts.verticals is not verticals:
        posts = _built[seller.name] = PlainPosts(seller, verticals)
    return posts


def _bid_of(said: PlainPost) -> str:
    """The bid that a post names, empty where either name holds what is none."""
    ids = [text for text in (said.bid_id, said.ping_id) if text is not UNSET]
    return ids[0] if ids and all(map(looks_like_token, ids)) else ""


def _read(readers: list[tuple[str, ValueReader]], said: tuple[Any, ...]) -> dict[str, Any] | None:
    """What no type can check, by the readers of the usual way; `None` where something is odd."""
    values = {name: read(raw) for (name, read), raw in zip(readers, said, strict=True) if raw is not UNSET}
    return values if ODD.isdisjoint(map(type, values.values())) else None


def _is_reachable(contact: Mapping[str, str]) -> bool:
    """Whether there is a name, and nothing but a phone of ten digits or an address in the place of one."""
    if not ("first_name" in contact or "last_name" in contact) or "@" not in contact.get("email", "@"):
        return False
    return normal_phone(contact["phone"]) != "" if "phone" in contact else "email" in contact
