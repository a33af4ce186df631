"""Buys a lead without a ping at the price that we would bid: decided as its ping, then judged as its post."""

from collections.abc import Callable

from msgspec.structs import replace

from app.dialects.reading import Reading
from app.domain.answers import unsold_post
from app.domain.reasons import Refusal
from app.domain.seller import Seller
from app.usecases.accept_post import accept_post, refuse_post
from app.usecases.answer_ping import Asked, answer_or_refuse
from app.usecases.bid_reference import BidReference, open_reference
from app.usecases.bidder import Bidder
from app.usecases.checks.gather_checks import checks_of_ping, consult_on_ping
from app.wire.post import Post, PostAnswer

PostOf = Callable[[BidReference], tuple[BidReference, Reading[Post]]]
"""Reads the lead once more, as the post to a bid."""


async def direct_post(
    bidder: Bidder,
    seller: Seller,
    ping: Reading[Asked],
    post_of: PostOf,
    raw: bytes,
    now: float,
    elapsed_ms: Callable[[], float],
) -> PostAnswer:
    """The answer to one lead; arguments and errors are those of `accept_post`."""
    if not seller.direct:
        nothing = BidReference(ping_id="", test=ping.test)
        return refuse_post(bidder, seller, nothing, Refusal("missing_field", "ping_id"), now, elapsed_ms=elapsed_ms)
    pinged = answer_or_refuse(bidder, seller, await _checked(bidder, ping), now)
    if not pinged.bids:
        return unsold_post(pinged)
    reference, reading = post_of(open_reference(bidder, pinged.ping_id, test=ping.test))
    return await accept_post(bidder, seller, reference, reading.value, raw, reading.warnings, now, elapsed_ms)


async def _checked(bidder: Bidder, ping: Reading[Asked]) -> Reading[Asked]:
    """With what providers say of it as a ping: whoever posts at once waits for that as for all else."""
    if isinstance(ping.value, Refusal) or not bidder.catalogue.checks:
        return ping
    asked, checks = checks_of_ping(bidder, ping.value)
    if checks:
        asked = await consult_on_ping(bidder, asked, checks, bidder.post_collectors.deadline_s)
    return replace(ping, value=asked)
