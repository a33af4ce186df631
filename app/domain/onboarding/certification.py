"""The steps of a seller's certification, and how its recorded tests pass them."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

PINGS_MIN = 3
"""So many pings in a row without identity."""
POSTS_MIN = 2
"""So many posts while their bids live."""

_LATE = "ping_expired"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to show: `title` names it, `how` says what to send."""

    name: str
    title: str
    how: str


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One request of a test and what became of it, without anything about a person. `at` is UTC epoch seconds.

    `bid_id` is the answer's first id of a ping, or the one that a post named; `price_cents` what was bid or confirmed.
    `identity` is what a ping held that it must not. `request` and `answer` are digests that tell a retry.
    """

    at: float
    asked: Literal["ping", "post"]
    status: str
    code: str = ""
    bid_id: str = ""
    price_cents: int = 0
    identity: tuple[str, ...] = ()
    certificate: bool = False
    request: str = ""
    answer: str = ""


Told = str
"""Why a step is not shown yet, empty where it is."""

_Events = Sequence[Event]


def _pings(events: _Events) -> list[Event]:
    return [event for event in events if event.asked == "ping"]


def _posts(events: _Events) -> list[Event]:
    return [event for event in events if event.asked == "post"]


def _no_identity(events: _Events) -> Told:
    latest = _pings(events)[-PINGS_MIN:]
    held = sorted({name for event in latest for name in event.identity})
    if held:
        return f"a ping held {', '.join(held)}: send it with the post alone"
    return "" if len(latest) == PINGS_MIN else f"{len(latest)} of {PINGS_MIN} pings were seen"


def _no_bid(events: _Events) -> Told:
    for position, refused in enumerate(events):
        if refused.asked != "ping" or refused.status != "rejected":
            continue
        after = events[position + 1 :]
        if any(event.asked == "post" and event.bid_id == refused.bid_id for event in after):
            return "a ping that got no bid was posted all the same"
        if after:
            return ""
    return "no ping was refused yet, or nothing came after it"


def _sale(events: _Events) -> Told:
    bids = {ping.bid_id for ping in _pings(events) if ping.status == "accepted"}
    if not bids:
        return "no ping got a bid yet"
    sold = any(post.status == "accepted" and post.bid_id in bids for post in _posts(events))
    return "" if sold else "no bid was posted and sold yet"


def _price(events: _Events) -> Told:
    bids = {ping.bid_id: ping.price_cents for ping in _pings(events) if ping.status == "accepted"}
    for post in _posts(events):
        if post.status == "accepted" and post.bid_id in bids:
            return "" if post.price_cents == bids[post.bid_id] else "a sale was confirmed at another price than its bid"
    return "no sale was confirmed yet"


def _duplicate(events: _Events) -> Told:
    return _moved_on(events, "duplicate", "no post was answered duplicate yet")


def _refused(events: _Events) -> Told:
    return _moved_on(events, "rejected", "no post was refused yet")


def _moved_on(events: _Events, status: str, not_yet: Told) -> Told:
    """Whether a post with this answer was taken as final: something else came after it, not the same again."""
    for position, post in enumerate(events):
        if post.asked != "post" or post.status != status:
            continue
        after = events[position + 1 :]
        if sum(event.asked == "post" and event.bid_id == post.bid_id for event in after) > 1:
            return "a lead that was not bought was posted again and again to the same bid: offer it to the next buyer"
        if after:
            return ""
        return "such an answer came, and nothing after it yet: go on with the next lead"
    return not_yet


def _retry(events: _Events) -> Told:
    answers: dict[str, str] = {}
    for post in _posts(events):
        if post.status == "accepted" and answers.setdefault(post.request, post.answer) != post.answer:
            return "a retry got another answer than the first post"
    sold = [post.request for post in _posts(events) if post.status == "accepted"]
    return "" if len(sold) > len(set(sold)) else "no sale was posted a second time, exactly as before"


def _reping(events: _Events) -> Told:
    for position, post in enumerate(events):
        if post.asked == "post" and post.status == "reping":
            return "" if _pings(events[position + 1 :]) else "a post was answered reping, and no ping came after it"
    return "no post was answered reping yet"


def _certificate(events: _Events) -> Told:
    sold = [post for post in _posts(events) if post.status == "accepted"]
    if not sold:
        return "no post was a sale yet"
    return "" if sold[-1].certificate else "the latest sale had no TrustedForm or LeadiD certificate"


def _timing(events: _Events) -> Told:
    pinged = {ping.bid_id: ping.at for ping in _pings(events) if ping.status == "accepted"}
    waits = [post.at - pinged[post.bid_id] for post in _posts(events) if post.bid_id in pinged and post.code != _LATE]
    return "" if len(waits) >= POSTS_MIN else f"{len(waits)} of {POSTS_MIN} posts came while their bid lived"


_CHECKS: tuple[tuple[Step, Callable[[_Events], Told]], ...] = (
    (
        Step(
            name="no_identity",
            title="No identity in the ping",
            how="Send three pings in a row without name, phone, email, street or birth date",
        ),
        _no_identity,
    ),
    (
        Step(
            name="no_bid", title="No bid is understood", how="Ping ZIP 00020 (cap reached), then go on without a post"
        ),
        _no_bid,
    ),
    (Step(name="sale", title="Ping, then post", how="Ping ZIP 00001 and post the lead to its bid"), _sale),
    (
        Step(
            name="price",
            title="The price is confirmed",
            how="Compare the price in the answer to that post with the bid: it is the same",
        ),
        _price,
    ),
    (
        Step(
            name="duplicate",
            title="A duplicate is final",
            how="Ping and post ZIP 00034, then go on with another lead",
        ),
        _duplicate,
    ),
    (
        Step(
            name="refused",
            title="A refused post goes to the next buyer",
            how="Ping and post ZIP 00043 (contact not plausible), then go on with another lead",
        ),
        _refused,
    ),
    (
        Step(
            name="retry",
            title="A retry changes nothing",
            how="Send the post of a sale a second time, exactly as it was",
        ),
        _retry,
    ),
    (
        Step(name="reping", title="A bid that is gone is pinged again", how="Ping and post ZIP 00037, then ping again"),
        _reping,
    ),
    (
        Step(
            name="certificate",
            title="Proof of consent comes with the post",
            how="Post a sale with the consumer's TrustedForm certificate URL or LeadiD token",
        ),
        _certificate,
    ),
    (
        Step(name="timing", title="Posts come in time", how="Post two leads before their bids expire"),
        _timing,
    ),
)
STEPS = tuple(step for step, _ in _CHECKS)
"""In the order in which they are shown."""


def told_of(events: Sequence[Event]) -> dict[str, Told]:
    """By step, what is still missing; empty where these events (oldest first) show it."""
    return {step.name: check(events) for step, check in _CHECKS}
