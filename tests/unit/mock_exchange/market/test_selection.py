"""Every mode and selection, against buyers that take and refuse at will."""

from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from app.mock_exchange.chance import Chance, chance_of
from app.mock_exchange.market.selection import BuyerBid, Seat, Selection, SelectionRules, ranked, sales
from app.wire.ping import Leg

CHANCE = chance_of(1, "selection")
SELECTIONS: tuple[Selection, ...] = ("highest", "priority", "weighted", "round_robin", "first", "waterfall")

seats = st.builds(
    Seat,
    buyer=st.sampled_from(["ann", "bob", "cem", "dee", "eve", "fay", "gil"]),
    multiplier=st.sampled_from([0.5, 1.0, 1.2]),
    priority=st.integers(1, 3),
    weight=st.sampled_from([0.0, 1.0, 3.0]),
)
bids = st.builds(
    BuyerBid,
    seat=seats,
    leg=st.sampled_from(["exclusive", "shared"]),
    price_cents=st.integers(1, 9_999),
    after_ms=st.floats(0.0, 900.0),
)
markets = st.lists(bids, max_size=12, unique_by=lambda bid: (bid.seat.buyer, bid.leg))
takers = st.dictionaries(
    st.tuples(seats.map(lambda seat: seat.buyer), st.sampled_from(["exclusive", "shared"])), st.booleans()
)
rules = st.builds(
    SelectionRules,
    mode=st.sampled_from(["exclusive", "multisell", "hybrid"]),
    selection=st.sampled_from(SELECTIONS),
    top=st.integers(1, 5),
    exclusive_floor_cents=st.integers(0, 9_999),
)


def sold(
    rule: SelectionRules,
    market: list[BuyerBid],
    takes: Mapping[tuple[str, Leg], bool],
    chance: Chance = CHANCE,
    turn: int = 0,
) -> tuple[list[BuyerBid], list[BuyerBid]]:
    """The bids that were posted to, and of them those whose buyers took the lead; whoever is not named takes it."""
    posted: list[BuyerBid] = []
    taken: list[BuyerBid] = []
    posting = sales(rule, market, chance, turn)
    took: bool | None = None
    while True:
        try:
            bid = next(posting) if took is None else posting.send(took)
        except StopIteration as ended:
            return posted, taken if ended.value else []
        posted.append(bid)
        took = takes.get((bid.seat.buyer, bid.leg), True)
        if took:
            taken.append(bid)


@given(rules, markets, takers)
def test_nobody_gets_a_lead_twice_and_nobody_without_a_bid_gets_one(
    rule: SelectionRules, market: list[BuyerBid], takes: dict[tuple[str, Leg], bool]
) -> None:
    posted, taken = sold(rule, market, takes)
    assert all(bid in market for bid in posted)
    assert len({bid.seat.buyer for bid in posted}) == len(posted)
    exclusive = [bid for bid in taken if bid.leg == "exclusive"]
    shared = [bid for bid in taken if bid.leg == "shared"]
    assert not (exclusive and shared)
    assert len(exclusive) <= 1
    assert len(shared) <= rule.top


@given(rules, markets, takers)
def test_nobody_loses_who_would_have_been_next(
    rule: SelectionRules, market: list[BuyerBid], takes: dict[tuple[str, Leg], bool]
) -> None:
    """A cascade ends only where enough is sold or nobody is left."""
    posted, taken = sold(rule, market, takes)
    legs = {"exclusive": ["exclusive"], "multisell": ["shared"], "hybrid": ["shared"]}[rule.mode]
    enough = 1 if rule.mode == "exclusive" or any(bid.leg == "exclusive" for bid in taken) else rule.top
    if len(taken) < enough:
        tried = {bid.seat.buyer for bid in posted}
        assert all(bid.seat.buyer in tried for bid in market if bid.leg in legs)


@given(markets, st.integers(1, 5))
def test_multisell_sells_to_the_n_highest_at_their_own_bids(market: list[BuyerBid], top: int) -> None:
    _, taken = sold(SelectionRules(mode="multisell", top=top), market, {})
    worth = sorted((bid.price_cents * bid.seat.multiplier for bid in market if bid.leg == "shared"), reverse=True)
    assert [bid.price_cents * bid.seat.multiplier for bid in taken] == worth[:top]


@given(markets, takers)
def test_an_exclusive_lead_goes_to_the_highest_bid_that_stands(
    market: list[BuyerBid], takes: dict[tuple[str, Leg], bool]
) -> None:
    _, taken = sold(SelectionRules(mode="exclusive"), market, takes)
    stands = [bid for bid in market if bid.leg == "exclusive" and takes.get((bid.seat.buyer, bid.leg), True)]
    best = max((bid.price_cents * bid.seat.multiplier for bid in stands), default=None)
    assert [bid.price_cents * bid.seat.multiplier for bid in taken] == ([best] if best is not None else [])


@given(markets, st.integers(0, 9_999), st.integers(1, 5), takers)
def test_hybrid_never_shares_what_somebody_takes_alone_above_its_floor(
    market: list[BuyerBid], floor_cents: int, top: int, takes: dict[tuple[str, Leg], bool]
) -> None:
    posted, taken = sold(SelectionRules(mode="hybrid", exclusive_floor_cents=floor_cents, top=top), market, takes)
    assert all(bid.price_cents >= floor_cents for bid in posted if bid.leg == "exclusive")
    alone = [
        bid
        for bid in market
        if bid.leg == "exclusive" and bid.price_cents >= floor_cents and takes.get((bid.seat.buyer, bid.leg), True)
    ]
    assert bool(alone) == any(bid.leg == "exclusive" for bid in taken)


@given(markets, st.sampled_from(SELECTIONS), st.integers(0, 50))
def test_every_selection_ranks_everybody_once(market: list[BuyerBid], selection: Selection, turn: int) -> None:
    alike = [bid for bid in market if bid.leg == "shared"]
    order = ranked(alike, selection, CHANCE, turn)
    assert sorted(bid.seat.buyer for bid in order) == sorted(bid.seat.buyer for bid in alike)
    assert ranked(list(reversed(alike)), selection, CHANCE, turn) == order


def offers(**cents: int) -> list[BuyerBid]:
    """A bid each for an exclusive lead."""
    return [BuyerBid(seat=Seat(buyer=name), leg="exclusive", price_cents=price) for name, price in cents.items()]


def test_priority_comes_before_price_and_price_decides_among_equals() -> None:
    market = [
        BuyerBid(seat=Seat(buyer=name, priority=priority), leg="exclusive", price_cents=cents)
        for name, priority, cents in (("ann", 2, 9_000), ("bob", 1, 1_000), ("cem", 1, 2_000))
    ]
    assert [bid.seat.buyer for bid in ranked(market, "priority", CHANCE, 0)] == ["cem", "bob", "ann"]


def test_the_first_answer_wins_whatever_it_offers() -> None:
    market = [
        BuyerBid(seat=Seat(buyer=name), leg="exclusive", price_cents=cents, after_ms=ms)
        for name, cents, ms in (("ann", 9_000, 80.0), ("bob", 1_000, 20.0))
    ]
    assert [bid.seat.buyer for bid in ranked(market, "first", CHANCE, 0)] == ["bob", "ann"]


def test_round_robin_gives_everybody_the_same_number_of_turns() -> None:
    market = offers(ann=100, bob=900, cem=500)
    firsts = Counter(ranked(market, "round_robin", CHANCE, turn)[0].seat.buyer for turn in range(300))
    assert firsts == {"ann": 100, "bob": 100, "cem": 100}


def test_weighted_turns_converge_to_the_weights() -> None:
    weights = {"ann": 1.0, "bob": 2.0, "cem": 5.0, "dee": 0.0}
    market = [
        BuyerBid(seat=Seat(buyer=name, weight=weight), leg="exclusive", price_cents=100)
        for name, weight in weights.items()
    ]
    turns = 3_000
    firsts = Counter(ranked(market, "weighted", chance_of(7, turn), 0)[0].seat.buyer for turn in range(turns))
    for name, weight in weights.items():
        share = weight / 8.0
        # Four standard deviations of a share counted so often.
        assert abs(firsts[name] / turns - share) <= 4.0 * (share * (1.0 - share) / turns) ** 0.5
