"""The audit: one line per lead with the result of every bid and why it lost, without personal data."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.wire.ping import Leg


class Ask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one buyer said to a ping. `outcome` as in the client's reply; the fate is that of its best offer.

    `fate` is `won`, `refused at the post`, `outbid`, `below the reserve`, `not wanted` (nobody had it, and the seller's
    rules chose no such bid), or empty where it made no offer.
    """

    buyer: str
    outcome: str
    reason: str = ""
    fate: str = ""
    offers: tuple[tuple[Leg, int], ...] = ()
    ping_id: str = ""
    ms: float = 0.0


class AuditedPost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One post and its answer. `trick` is what the seller did with it: late, tampered, lost answer, sent again."""

    buyer: str
    leg: Leg
    price_cents: int
    ping_id: str
    outcome: str
    reason: str = ""
    trick: str = ""
    lead_id: str = ""
    ms: float = 0.0
    same_again: bool | None = None


class Audited(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One lead on the market: `at` is UTC epoch seconds, `dropped` why no buyer was asked."""

    number: int
    at: float
    seller: str
    mode: str
    selection: str
    vertical: str
    state: str
    again: bool = False
    dropped: str = ""
    asks: tuple[Ask, ...] = ()
    posts: tuple[AuditedPost, ...] = ()

    @property
    def sold(self) -> tuple[AuditedPost, ...]:
        """The posts that were sales."""
        return tuple([post for post in self.posts if post.outcome == "accepted"])


class AuditFile:
    """Writes a file of JSON lines, within a `with`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        self._encoder = msgspec.json.Encoder()

    def add(self, audited: Audited) -> None:
        """One line more."""
        self._file.write(self._encoder.encode(audited) + b"\n")

    def __enter__(self) -> "AuditFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def audit_lines(path: Path) -> Iterator[Audited]:
    """The leads of an audit file. msgspec.DecodeError where it is none."""
    decoder = msgspec.json.Decoder(Audited)
    with path.open("rb") as file:
        for line in file:
            yield decoder.decode(line)
