"""A line is enough to decide its ping again."""

from pathlib import Path

import msgspec
import pytest

from app.domain.buyer import Exploration
from app.domain.configuration import Configuration
from app.domain.pricing.expected_conversion import ExpectedConversion
from app.journal.lines import PingLine
from app.journal.replay import redecide
from app.usecases.bidder import Bidder
from app.usecases.standing.changes import DemandSet, SignalSet, TimePassed
from app.wire.feedback import Demand, Signal
from tests.bidder import NOW, another, ask, at_bidder, journaled, phone_digest, sell
from tests.build import buyer, campaign, cap, catalogue, model, seller

WHOLE = catalogue(
    [campaign(caps=(cap(limit=6), cap(name="budget", measure="spend", limit=90_000)), demand_cents=300)],
    buyer=buyer(exploration=Exploration(spread=0.2, wide_spread=0.5, wide_share=0.5)),
)


def test_every_decision_of_a_lively_hour_is_made_again_bit_for_bit(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> list[PingLine]:
        bidder.standing.apply(
            DemandSet(territory="TX", demand=Demand(open=9, expected=20), told_at=NOW, ends_at=NOW + 3_600.0)
        )
        for number in range(1, 9):
            now = NOW + 7.0 * number
            bid = ask(bidder, now=now, phone_digest=phone_digest(), **another(number))
            if number == 2:
                await sell(bidder, bid.ping_id, now=now, **another(number))
            if number == 4:
                bidder.standing.apply(
                    SignalSet(territory="TX", signal=Signal(premium_cents=400, cause="hail", until=NOW + 600.0))
                )
            bidder.standing.apply(TimePassed(at=now))
        for number in (10, 11):
            ask(bidder, now=NOW + 60.0, took_ms=900.0 if number == 10 else 0.0, **another(number))
        return [line for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)]

    decided = at_bidder(tmp_path, scene, WHOLE)
    codes = {line.decision.refusal.code if line.decision.refusal else "bid" for line in decided}
    assert codes >= {"bid", "duplicate"}
    for line in decided:
        assert msgspec.json.encode(redecide(line, WHOLE)) == msgspec.json.encode(line.decision)


def test_decisions_at_price_points_and_by_expectation_are_made_again_bit_for_bit(tmp_path: Path) -> None:
    whole = catalogue(
        [
            campaign(
                expected_conversion=ExpectedConversion(rate=0.15, by_state={"TX": 0.2}),
                price_points=(900, 1_900, 2_500, 3_500),
            )
        ],
        sellers=[seller(price_points=(900, 1_400, 1_900, 2_500, 3_500))],
        models=[],
        buyer=buyer(exploration=Exploration(spread=0.3, wide_spread=1.0, wide_share=0.5)),
    )

    async def scene(bidder: Bidder) -> list[PingLine]:
        for number in range(1, 9):
            ask(bidder, now=NOW + number, **another(number))
        return [line for line in journaled(bidder, tmp_path) if isinstance(line, PingLine)]

    decided = at_bidder(tmp_path, scene, whole)
    assert len({bid.price_cents for line in decided for bid in line.decision.bids}) > 1
    kept = msgspec.json.decode(msgspec.json.encode(whole.configuration), type=Configuration)
    again = catalogue(kept.campaigns, kept.sellers, [], buyer=kept.buyer)
    for line in decided:
        assert msgspec.json.encode(redecide(line, again)) == msgspec.json.encode(line.decision)


def test_another_catalogue_decides_otherwise(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> PingLine:
        ask(bidder)
        line = journaled(bidder, tmp_path)[0]
        assert isinstance(line, PingLine)
        return line

    line = at_bidder(tmp_path, scene)
    assert redecide(line, catalogue()) == line.decision
    assert redecide(line, catalogue(models=[model(0.3)])) != line.decision


def test_a_seller_that_is_gone_is_named(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> PingLine:
        ask(bidder)
        line = journaled(bidder, tmp_path)[0]
        assert isinstance(line, PingLine)
        return line

    line = at_bidder(tmp_path, scene)
    with pytest.raises(KeyError, match="acme"):
        redecide(line, catalogue(sellers=[seller(name="bluebird")]))
