"""Ties a post to its bid: what its ping_id says, and whether it repeats the ping."""

import msgspec

from app.domain.auction.marks import certificate_digests, lead_terms
from app.domain.campaign import Campaign
from app.domain.identity import person
from app.domain.post.posted_lead import PostedLead
from app.domain.seller import Seller
from app.domain.token import NO_CERTIFICATE, BidToken, looks_like_token, read
from app.domain.vertical import Vertical
from app.usecases.bidder import Bidder
from app.wire.post import Post


class BidReference(msgspec.Struct, frozen=True, kw_only=True):
    """A bid of ours as a post names it: `ping_id` is its text, `bid` what it says where it is truly ours.

    `test` says whether the post counts as one: as its bid does, or where it names none as whoever took it in does.
    `state` and `sub_id` are the lead's, once the post has been read.
    """

    ping_id: str
    test: bool = False
    bid: BidToken | None = None
    campaign: Campaign | None = None
    vertical: Vertical | None = None
    state: str = ""
    sub_id: str = ""


def open_reference(bidder: Bidder, ping_id: str, *, test: bool = False) -> BidReference:
    """The bid of a post's ping_id; `None` if the id is forged, truncated, or of a forgotten campaign."""
    bid = read(ping_id, bidder.keys.signing) if looks_like_token(ping_id) else None
    campaign = bidder.catalogue.campaign_of(bid.campaign) if bid is not None else None
    vertical = bidder.catalogue.verticals.get(campaign.vertical) if campaign is not None else None
    test = bid.test if bid is not None else test
    return BidReference(ping_id=ping_id, test=test, bid=bid, campaign=campaign, vertical=vertical)


def posted(
    bidder: Bidder,
    seller: Seller,
    reference: BidReference,
    post: Post,
    raw: bytes,
    warnings: tuple[str, ...],
    now: float,
) -> PostedLead | None:
    """The post with its bid and its person; `None` where there is no bid of ours to answer."""
    if reference.bid is None or reference.campaign is None or reference.vertical is None:
        return None
    if not post.state:
        post = msgspec.structs.replace(post, state=bidder.catalogue.zip_states.get(post.zip, ""))
    return PostedLead(
        seller=seller,
        ping_id=reference.ping_id,
        bid=reference.bid,
        campaign=reference.campaign,
        vertical=reference.vertical,
        post=post,
        person=person(bidder.keys.index, post.contact.phone, post.contact.email),
        certificates=certificate_digests(bidder.keys, post),
        raw=raw,
        warnings=warnings,
        now=now,
    )


def has_same_terms(bidder: Bidder, lead: PostedLead) -> bool:
    """Whether the post repeats its ping, under today's locked fields or those its bid was made under."""
    post, vertical = lead.post, lead.vertical
    if post.vertical and post.vertical != vertical.name:
        return False
    locks = (vertical.locked, *bidder.catalogue.former_locks.get(vertical.name, ()))
    return any(lead_terms(bidder.keys, lead.seller.name, vertical.name, post, each) == lead.bid.terms for each in locks)


def differing(bidder: Bidder, lead: PostedLead) -> tuple[str, ...]:
    """The fields in which a post differs from its ping, while that is remembered: its bid holds but a digest of them.

    Nobody learns it of another seller's ping.
    """
    post, vertical = lead.post, lead.vertical
    if post.vertical and post.vertical != vertical.name:
        return ("vertical",)
    live = bidder.standing.live(lead.bid.nonce, lead.now)
    if live is None or live.seller != lead.seller.name or live.terms != lead.bid.terms:
        return ()
    ping = live.line.ping
    place = [name for name in ("zip", "state") if getattr(ping, name) != getattr(post, name)]
    return (*place, *[name for name in vertical.locked if ping.fields.get(name) != post.fields.get(name)])


def has_same_certificate(lead: PostedLead) -> bool:
    """Whether the certificate of the ping, if it had one, is among those of the post."""
    wanted = lead.bid.certificate
    return wanted == NO_CERTIFICATE or any(digest.startswith(wanted) for digest in lead.certificates)
