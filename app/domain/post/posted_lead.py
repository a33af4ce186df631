"""A post with a valid bid, and what follows from it and the configuration."""

import msgspec

from app.domain.campaign import Campaign
from app.domain.configuration import Configuration
from app.domain.identity import Person
from app.domain.keyed import digest, mac
from app.domain.seller import Seller
from app.domain.token import BidToken
from app.domain.vertical import Vertical
from app.wire.post import Post


class PostedLead(msgspec.Struct, frozen=True, kw_only=True):
    """`configuration` is the one that its bid was made under: seller, campaign and vertical are as it declares them.

    Only where a lead counts and goes, caps and destinations, is as declared today. `same_terms` says of a post that it
    said all of its ping's locked fields by itself. `raw` is the post's body as received; `certificates` are digests of
    16 bytes.
    """

    seller: Seller
    ping_id: str
    bid: BidToken
    configuration: Configuration
    campaign: Campaign
    vertical: Vertical
    post: Post
    same_terms: bool
    person: Person
    certificates: tuple[bytes, ...]
    raw: bytes
    warnings: tuple[str, ...]
    now: float

    def lead_id(self, index_key: bytes) -> str:
        """What we call the lead if it is bought: the same however often it is posted to this bid.

        It begins with when the bid ends, so that leads that are sold together lie together in the database.
        """
        own = digest(index_key, b"leadbid.lead", [self.seller.name, self.bid.nonce.hex()], size=8)
        return (self.bid.expires_at.to_bytes(4) + own).hex()


def request_digest(key: bytes, body: bytes) -> str:
    """By this the body of a refused post is known again if somebody shows it: nothing else of it is kept."""
    return mac(key, b"leadbid.request", body, size=16).hex()
