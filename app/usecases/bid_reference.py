"""Ties a post to its bid: what its ping_id says, and whether it repeats the ping."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from itertools import combinations

import msgspec
from msgspec.structs import replace

from app.domain.auction.marks import certificate_digests, lead_terms
from app.domain.campaign import Campaign
from app.domain.configuration import Configuration
from app.domain.identity import person
from app.domain.onboarding.test_values import TABLE
from app.domain.post.posted_lead import PostedLead
from app.domain.seller import Seller
from app.domain.token import NO_CERTIFICATE, BidToken, config_name, config_tag, nonce_of, read
from app.domain.vertical import Vertical
from app.usecases.bidder import Bidder
from app.usecases.former import has_key, unpacked
from app.wire.ping import Ping
from app.wire.post import Post

_ADDED_MAX, _SENT_MAX = 3, 16
"""So many fields, of so many, may a post add to a ping that is not remembered: 700 digests take some milliseconds."""


class BidReference(msgspec.Struct, frozen=True, kw_only=True):
    """A bid of ours as a post names it: `ping_id` is its text, `bid` what it says where it is truly ours.

    `configuration` is the one that it was made under, with its campaign and vertical. `test` says whether the post
    counts as one: as its bid does, or where it names none as whoever took it in does. `state` and `sub_id` are the
    lead's, once the post has been read, and `body` is the post as received.
    """

    ping_id: str
    test: bool = False
    bid: BidToken | None = None
    configuration: Configuration | None = None
    campaign: Campaign | None = None
    vertical: Vertical | None = None
    state: str = ""
    sub_id: str = ""
    body: bytes | None = None

    @property
    def verticals(self) -> dict[str, Vertical]:
        """All that its configuration declared, by name."""
        return self.configuration.verticals_by_name if self.configuration is not None else {}


async def find_reference(bidder: Bidder, ping_id: str, *, test: bool = False) -> BidReference:
    """The bid of a post's ping_id, whichever configuration made it. Raises StoreUnavailable."""
    reference = open_reference(bidder, ping_id, test=test)
    if reference.bid is None or reference.configuration is not None:
        return reference
    # Another replica has it in force, or it was before the last start.
    for configuration in unpacked(await bidder.store.configurations_like(config_name(reference.bid.campaign))):
        bidder.former.add(configuration)
    return open_reference(bidder, ping_id, test=test)


def open_reference(bidder: Bidder, ping_id: str, *, test: bool = False) -> BidReference:
    """The same by what is in memory.

    Without a bid where the id is forged or truncated, without a configuration where nobody remembers its own.
    """
    bid = read(ping_id, bidder.keys.signing)
    if bid is None:
        return BidReference(ping_id=ping_id, test=test)
    configuration = _configuration(bidder, bid)
    campaign = configuration.campaign_of(bid.campaign) if configuration is not None else None
    if configuration is None or campaign is None:
        return BidReference(ping_id=ping_id, test=bid.test, bid=bid)
    return BidReference(
        ping_id=ping_id,
        test=bid.test,
        bid=bid,
        configuration=configuration,
        campaign=campaign,
        vertical=configuration.vertical(campaign.vertical),
    )


def bid_by_own_id(bidder: Bidder, seller: Seller, own_id: str, now: float) -> str:
    """The best live bid for the lead that this seller pinged under an id of its own; empty where there is none here.

    Only the process that made the bid knows it by that id: whoever repeats the bid's own is sure of any replica.
    """
    key, name = bidder.keys.index, ("lead", own_id)
    forced = [nonce_of(key, seller.name, *name, scenario.name, test=True) for scenario in TABLE]
    for nonce in (*[nonce_of(key, seller.name, *name, test=test) for test in (False, True)], *forced):
        live = bidder.standing.live(nonce, now)
        line = live.bid_line() if live is not None and live.seller == seller.name else None
        if line is not None:
            return line.bid_ids[0]
    return ""


def is_live(bidder: Bidder, bid: BidToken, now: float) -> bool:
    """Whether a bid can still be posted to, by a clock that may have been moved since."""
    return now < bid.expires_at + bidder.standing.moved_s(bid.nonce, bid.expires_at, now)


async def seller_of_bid(
    bidder: Bidder, reference: BidReference, seller: Seller | None, keys: Callable[[], Collection[str]]
) -> Seller | None:
    """The seller that may post to a bid, as it was declared when the bid was made; `None` where nobody here may.

    It is the one whose key opens the door today (`seller`), or, where that was not declared under its name then, one
    that is declared no more and in the end had one of these `keys` (SHA-256 in hex). A key that a seller has lost opens
    nothing, whatever became of the seller since.
    """
    configuration = reference.configuration
    if configuration is None:
        return seller
    if seller is not None and (then := configuration.seller(seller.name)) is not None:
        return then
    for gone in configuration.sellers:
        if gone.name not in bidder.catalogue.sellers:
            last = await bidder.store.last_seller(gone.name)
            if has_key(last, keys(), bidder.keys.index):
                return gone
    return seller


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
    bid, configuration, campaign, vertical = (
        reference.bid,
        reference.configuration,
        reference.campaign,
        reference.vertical,
    )
    if bid is None or configuration is None or campaign is None or vertical is None:
        return None
    post, same_terms = _completed(bidder, bid, seller, vertical, post, now)
    return PostedLead(
        seller=_with_todays_caps(bidder, seller),
        ping_id=reference.ping_id,
        bid=bid,
        configuration=configuration,
        campaign=_as_it_counts_today(bidder, campaign),
        vertical=vertical,
        post=post,
        same_terms=same_terms,
        person=person(bidder.keys.index, post.contact.phone, post.contact.email),
        certificates=certificate_digests(bidder.keys, post),
        raw=raw,
        warnings=warnings,
        now=now,
    )


def has_same_terms(bidder: Bidder, lead: PostedLead) -> bool:
    """Whether the post is the ping's lead by the fields that were locked then.

    A post may say more than its ping. What it says less was completed from the ping, where that is remembered.
    """
    post, vertical = lead.post, lead.vertical
    if post.vertical and post.vertical != vertical.name:
        return False
    terms = partial(lead_terms, bidder.keys, lead.seller.name, vertical.name)
    if lead.same_terms or terms(post, vertical.locked) == lead.bid.terms:
        return True
    sent = [name for name in vertical.locked if name in post.fields][:_SENT_MAX]
    ping = _remembered(bidder, lead.bid, lead.seller, lead.now)
    # The bid holds but a digest of what its ping said: which fields the post adds is found by leaving them out.
    fewer = (some for count in range(1, _ADDED_MAX + 1) for some in combinations(sent, count))
    added = fewer if ping is None else [[name for name in vertical.locked if name not in ping.fields]]
    return any(terms(_without(post, names), vertical.locked) == lead.bid.terms for names in added)


def differing(bidder: Bidder, lead: PostedLead) -> tuple[str, ...]:
    """The fields in which a post differs from its ping, while that is remembered: its bid holds but a digest of them.

    Nobody learns it of another seller's ping.
    """
    post, vertical = lead.post, lead.vertical
    if post.vertical and post.vertical != vertical.name:
        return ("vertical",)
    ping = _remembered(bidder, lead.bid, lead.seller, lead.now)
    if ping is None:
        return ()
    place = [name for name in ("zip", "state") if getattr(ping, name) != getattr(post, name)]
    said = [name for name in vertical.locked if name in ping.fields and name in post.fields]
    return (*place, *[name for name in said if ping.fields[name] != post.fields[name]])


def has_same_certificate(lead: PostedLead) -> bool:
    """Whether the certificate of the ping, if it had one, is among those of the post."""
    wanted = lead.bid.certificate
    return wanted == NO_CERTIFICATE or any(digest.startswith(wanted) for digest in lead.certificates)


def _remembered(bidder: Bidder, bid: BidToken, seller: Seller, now: float) -> Ping | None:
    """What the ping of a bid of this seller said, while that is known."""
    live = bidder.standing.live(bid.nonce, now)
    is_its = live is not None and live.seller == seller.name and live.terms == bid.terms
    line = live.bid_line() if live is not None and is_its else None
    return line.ping if line is not None else None


def _completed(
    bidder: Bidder, bid: BidToken, seller: Seller, vertical: Vertical, post: Post, now: float
) -> tuple[Post, bool]:
    """The post with what its ping said and it leaves out: what was priced is bought, and reaches the CRM.

    Beside it, whether nothing was left out: then it says what the ping did.
    """
    whole = post if post.state else replace(post, state=bidder.catalogue.zip_states.get(post.zip, ("",))[0])
    if lead_terms(bidder.keys, seller.name, vertical.name, whole, vertical.locked) == bid.terms:
        return whole, True
    ping = _remembered(bidder, bid, seller, now)
    if ping is None:
        return whole, False
    said = {name: ping.fields[name] for name in vertical.locked if name in ping.fields and name not in post.fields}
    state = post.state or (ping.state if ping.zip == post.zip else whole.state)
    return replace(post, fields={**post.fields, **said}, state=state), False


def _without(post: Post, names: Iterable[str]) -> Post:
    return replace(post, fields={name: value for name, value in post.fields.items() if name not in names})


def _configuration(bidder: Bidder, bid: BidToken) -> Configuration | None:
    """The configuration that made a bid: the one in force, or one that is remembered."""
    today = bidder.catalogue.configuration
    return today if bid.campaign.startswith(config_tag(today.config_hash)) else bidder.former.find(bid.campaign)


def _as_it_counts_today(bidder: Bidder, campaign: Campaign) -> Campaign:
    """The campaign of a bid, its leads counted and delivered as it is declared to today, if it still is."""
    today = bidder.catalogue.campaigns.get(campaign.name)
    if today is None or today is campaign:
        return campaign
    return replace(campaign, caps=today.caps, destinations=today.destinations)


def _with_todays_caps(bidder: Bidder, seller: Seller) -> Seller:
    today = bidder.catalogue.sellers.get(seller.name)
    return seller if today is None or today is seller else replace(seller, caps=today.caps)
