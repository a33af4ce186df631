"""What a decision may look at."""

import pytest

from app.domain.auction.snapshot import Caps, Standing
from app.domain.auction.weighing import caps_of
from app.domain.caps.caps import CapStanding
from tests.build import campaign, cap, catalogue, seller

DAILY, BALANCE = cap(), cap(name="balance", owner="acme", scope="seller", measure="spend", limit=50_000, window="total")
BUYING = campaign(caps=(DAILY,))
PAIRING = catalogue([BUYING]).pair(BUYING, seller(caps=(BALANCE,)))


def caps(standing: Standing) -> Caps:
    return caps_of(PAIRING, standing)


def test_a_cap_never_used_stands_at_zero() -> None:
    assert caps(Standing()) == ((DAILY, CapStanding(100)), (BALANCE, CapStanding(50_000)))


def test_the_campaigns_caps_come_first_then_the_sellers() -> None:
    stands = (CapStanding(100, 7), CapStanding(50_000, 900))
    assert caps(Standing(caps={"solar-tx": stands})) == ((DAILY, stands[0]), (BALANCE, stands[1]))


def test_standings_of_other_caps_are_an_error_and_never_a_guess() -> None:
    with pytest.raises(ValueError, match="1 standings of 2 caps"):
        caps(Standing(caps={"solar-tx": (CapStanding(100),)}))
