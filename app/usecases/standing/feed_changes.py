"""What the change feed of PostgreSQL tells, as it is written there: changes of the standing, and what is to be read."""

import msgspec

from app.domain.onboarding.certification import Event
from app.usecases.standing.changes import Allowed, BidLost, DecisionTold, Sold, Suppressed


class ReadAgain(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="read_again"):
    """Small tables changed that are read whole: what operators asked for, lists, marks, keys, credits."""


class Configured(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="configured"):
    """A replica bids by this configuration from now on."""

    config_hash: str


class Admitted(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="admitted"):
    """How many pings of each seller with a rate limit a replica has admitted since it started."""

    replica: str
    pings: dict[str, int]


class Tested(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="tested"):
    """A seller that certifies itself has sent a test."""

    seller: str
    event: Event


FeedChange = Sold | DecisionTold | BidLost | Suppressed | Allowed | ReadAgain | Configured | Admitted | Tested

_decoder: msgspec.json.Decoder[FeedChange] = msgspec.json.Decoder(FeedChange)


def read_change(body: str) -> FeedChange:
    """One change; what a newer replica tells and we do not know yet, may stand in any table."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError:
        return ReadAgain()
