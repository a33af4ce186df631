"""Records a seller's tests until they have passed every step; then the seller may go live, if it is allowed to."""

import hashlib
from collections import deque
from collections.abc import Mapping, Sequence

import msgspec

from app.dialects.values.guard import PERSONAL
from app.domain.onboarding.certification import STEPS, Event, told_of
from app.domain.seller import Seller
from app.store.certifications import LIVE, Mark
from app.usecases.bidder import Bidder
from app.usecases.test_recorder import RecordedTest
from app.wire.ping import PingAnswer
from app.wire.post import Post

EVENTS_MAX = 200
"""So many of a seller's latest tests are looked at."""


class StepStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a seller: since when it is shown (0: not yet), or what is missing."""

    name: str
    title: str
    how: str
    shown_at: float = 0.0
    missing: str = ""


class Certifier:
    """What all sellers have shown. New marks wait in `fresh` until they are kept.

    New tests wait in `untold` until other replicas are told of them, of which there may be none.
    """

    def __init__(self, marks: Sequence[Mark] = ()) -> None:
        self._events: dict[str, deque[Event]] = {}
        self._shown: dict[str, dict[str, float]] = {}
        self.fresh: list[Mark] = []
        self.untold: deque[tuple[str, Event]] = deque(maxlen=EVENTS_MAX)
        self.hear(marks)

    def hear(self, marks: Sequence[Mark]) -> None:
        """Read what is stored, also by other replicas; a seller that was reset loses its recorded tests too."""
        shown: dict[str, dict[str, float]] = {}
        for mark in (*marks, *self.fresh):
            shown.setdefault(mark.seller, {}).setdefault(mark.step, mark.at)
        for seller in self._shown.keys() - shown.keys():
            if self._shown[seller]:
                self._events.pop(seller, None)
        self._shown = shown

    def see(self, test: RecordedTest) -> None:
        """Watch one test."""
        if not test.seller:
            return
        event = _event(test)
        self.untold.append((test.seller, event))
        self._look_at(test.seller, event)

    def join(self, seller: str, event: Event) -> None:
        """Watch a test that another replica was sent, as a balancer deals a seller's requests among them."""
        if event not in self._events.get(seller, ()):
            self._look_at(seller, event)

    def _look_at(self, seller: str, event: Event) -> None:
        """See which steps the seller's latest tests show, in their order."""
        latest = sorted([*self._events.get(seller, ()), event], key=lambda each: each.at)
        events = self._events[seller] = deque(latest, maxlen=EVENTS_MAX)
        shown = self._shown.setdefault(seller, {})
        for step, missing in told_of(tuple(events)).items():
            if not missing and step not in shown:
                self._mark(Mark(seller, step, event.at))

    def standing(self, seller: str) -> list[StepStanding]:
        """Every step, in order."""
        told = told_of(tuple(self._events.get(seller, ())))
        shown = self._shown.get(seller, {})
        return [
            StepStanding(
                name=step.name,
                title=step.title,
                how=step.how,
                shown_at=shown.get(step.name, 0.0),
                missing="" if step.name in shown else told[step.name],
            )
            for step in STEPS
        ]

    def latest(self, seller: str, most: int) -> list[Event]:
        """Its newest tests, newest first."""
        return list(self._events.get(seller, ()))[: -most - 1 : -1]

    def is_complete(self, seller: str) -> bool:
        """Whether it has shown everything."""
        return self._shown.get(seller, {}).keys() >= {step.name for step in STEPS}

    @property
    def live(self) -> Mapping[str, float]:
        """Since when each seller that went live by itself is."""
        return {seller: steps[LIVE] for seller, steps in self._shown.items() if LIVE in steps}

    def go_live(self, seller: str, now: float) -> None:
        """Mark it so."""
        self._mark(Mark(seller, LIVE, now))

    def _mark(self, mark: Mark) -> None:
        self._shown.setdefault(mark.seller, {})[mark.step] = mark.at
        self.fresh.append(mark)


def go_live(bidder: Bidder, certifier: Certifier, seller: Seller, now: float) -> str:
    """Let a seller sell for real; or why it may not."""
    if seller.mode != "certify":
        return "it is live already" if seller.mode == "live" else "the buyer switches this seller live: ask there"
    if not certifier.is_complete(seller.name):
        return "not every step is shown yet"
    if seller.name not in bidder.certified:
        certifier.go_live(seller.name, now)
        bidder.certified.add(seller.name)
    return ""


async def keep_marks(bidder: Bidder, certifier: Certifier) -> None:
    """Store new progress. Raises StoreUnavailable if that must wait."""
    fresh = list(certifier.fresh)
    if fresh:
        await bidder.store.add_certification_marks(fresh)
        del certifier.fresh[: len(fresh)]


def hear_marks(bidder: Bidder, certifier: Certifier, marks: Sequence[Mark]) -> None:
    """Take over the progress that all replicas stored."""
    certifier.hear(marks)
    bidder.certified.clear()
    bidder.certified.update(certifier.live)


def _event(test: RecordedTest) -> Event:
    answer, reading = test.answer, test.reading
    if isinstance(answer, PingAnswer):
        return Event(
            at=test.at,
            asked="ping",
            status=answer.status,
            code=answer.reason_code,
            bid_id=answer.ping_id,
            price_cents=answer.bids[0].price_cents if answer.bids else 0,
            identity=_identity(answer.warnings),
        )
    post = reading if isinstance(reading, Post) else None
    return Event(
        at=test.at,
        asked="post",
        status=answer.status,
        code=answer.reason_code,
        bid_id=post.ping_id if post is not None else answer.ping_id,
        price_cents=answer.price_cents,
        certificate=post is not None and bool(post.trustedform_cert_url or post.leadid_token),
        request=_digest(test.body),
        answer=_digest(test.said),
    )


def _identity(warnings: Sequence[str]) -> tuple[str, ...]:
    """The fields that a ping's warnings name as personal."""
    return tuple([warning.partition(":")[0] for warning in warnings if PERSONAL in warning])


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=8).hexdigest()
