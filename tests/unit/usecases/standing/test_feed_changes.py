"""What is told in the change feed is read as it was meant, also by replicas of other versions."""

import msgspec

from app.domain.onboarding.certification import Event
from app.domain.targets.targets import TargetUse
from app.usecases.standing.changes import Allowed, BidLost, DecisionTold, Sold, Suppressed
from app.usecases.standing.feed_changes import Admitted, Configured, FeedChange, ReadAgain, Tested, read_change
from tests.build import NOW
from tests.table import each_row

CHANGES: tuple[FeedChange, ...] = (
    Sold(
        nonce=b"\xff\x00nonce8",
        at=NOW,
        campaign="solar-tx",
        vertical="solar",
        zip="78701",
        state="TX",
        uses=(("campaign/solar-tx/daily//2026-11-20", 1),),
        people=("a" * 32,),
        certificates=("b" * 32,),
        undecided=("lead", "exclusive"),
    ),
    DecisionTold(nonce=b"nonce008", targets=(TargetUse("solar-tx/share/2026-11-20", "acme", 1_250.0),)),
    BidLost(nonce=b"\xff\x00nonce8", at=NOW),
    Suppressed(digests=("a" * 32,)),
    Allowed(digests=("a" * 32,)),
    ReadAgain(),
    Configured(config_hash="0" * 16),
    Admitted(replica="one", pings={"acme": 3}),
    Tested(seller="acme", event=Event(at=NOW, asked="ping", status="accepted")),
)


@each_row("change", CHANGES, ids=lambda change: type(change).__name__)
def test_every_change_is_read_as_it_was_told(change: FeedChange) -> None:
    assert read_change(msgspec.json.encode(change).decode()) == change


@each_row("body", ['{"kind":"of_next_year","more":[1]}', '{"kind":"sold"}', "", "{"])
def test_what_is_not_known_has_all_small_tables_read_again(body: str) -> None:
    assert read_change(body) == ReadAgain()


def test_what_a_newer_replica_adds_to_a_change_is_passed_over() -> None:
    assert read_change('{"kind":"bid_lost","nonce":"AAAA","at":1.0,"why":"price"}') == BidLost(nonce=bytes(3), at=1.0)
