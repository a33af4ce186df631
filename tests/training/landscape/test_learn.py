"""What is learned of rivals comes near the truth that made the auctions, travels whole, and says when it cannot."""

import msgspec
import numpy as np
import pytest

from app.scoring.artefact import Category
from app.scoring.landscape import parse_landscape
from training.conversion.features import Column
from training.landscape.auctions import AuctionLog, TooThin, columns_of, facts_at, objects
from training.landscape.export import artefact_of
from training.landscape.fit import fit, predict
from training.landscape.forms import KNOTS, NAMES, Form, Priced, rows, rows_between, slopes
from training.landscape.learn import Demands, LearnedLeg, learn_landscape, learn_leg
from training.statistics import Array, losses

COLUMNS = (Column("city", "category"), Column("bill", "number"))


def auctions(count: int, seed: int = 1, winners: int = 1) -> tuple[AuctionLog, Array]:
    """Rivals bid about .6 v, a fifth more in Austin; a seller has one or four of them. With each bid's true chance."""
    random = np.random.default_rng(seed)
    worth = 4_000.0 * np.exp(random.normal(0.0, 0.5, count))
    austin, seller = random.random(count) < 0.4, random.random(count) < 0.5
    middle = 0.6 * worth * np.where(austin, 1.2, 1.0)
    bid = worth * random.uniform(0.1, 1.1, count)
    above = np.where(seller, 4.0, 1.0) / (1.0 + np.exp(1.7 * np.log(bid / middle) / 0.4))
    chance = np.exp(-above) * sum(above**k / (1, 1, 2, 6)[k] for k in range(winners))
    log = AuctionLog(
        vertical="solar",
        leg="exclusive" if winners == 1 else "shared",
        seller=np.where(seller, "acme", "bluebird").astype(object),
        facts={
            "city": np.where(austin, "austin", "dallas").astype(object),
            "bill": objects([float(value) if value > 20.0 else None for value in random.uniform(0.0, 300.0, count)]),
        },
        worth_cents=worth,
        bid_cents=bid,
        floor_cents=np.zeros(count),
        won=(random.random(count) < chance).astype(np.int8),
    )
    return log, chance


@pytest.fixture(scope="module")
def learnt() -> LearnedLeg:
    return learn_leg(auctions(2_400)[0], COLUMNS, winners=1, tell=lambda _: None)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    log, _ = auctions(200)
    random = np.random.default_rng(2)
    knots, sold = np.linspace(5.0, 10.0, KNOTS), np.flatnonzero(log.won == 0)[::2]
    at = rows(np.log(log.bid_cents), np.log(log.worth_cents) - 8.0, knots)
    beaten = rows(np.log(log.bid_cents[sold]) + 0.4, np.log(log.worth_cents[sold]) - 8.0, knots)
    priced = Priced(rows=sold, beaten=beaten)
    constants = random.normal([0.7, 7.8, 0.0, -0.7, 0.0], 0.1, (200, len(NAMES)))
    steps, index, won = random.normal(-3.0, 0.5, KNOTS), random.normal(0.0, 0.2, 200), log.won.astype(float)
    for form, winners in (("rivals", 1), ("rivals", 3), ("logistic", 1)):
        found = slopes(form, winners, at, priced, index, constants, steps, won)  # type: ignore[arg-type]

        def lost(constants: Array, steps: Array, form: str = form, winners: int = winners) -> float:
            now = slopes(form, winners, at, priced, index, constants, steps, won)  # type: ignore[arg-type]
            return float(np.log(now.likelihood).sum())

        for name in range(len(NAMES)):
            step = np.zeros(len(NAMES))
            step[name] = 1e-5
            slope = (lost(constants + step, steps) - lost(constants - step, steps)) / 2e-5
            assert slope == pytest.approx(float(found.by_name[:, name].sum()), rel=1e-4, abs=1e-4)
        step = np.zeros(KNOTS)
        step[3] = 1e-4
        slope = (lost(constants, steps + step) - lost(constants, steps - step)) / 2e-4
        assert slope == pytest.approx(float(found.by_knot[3]), rel=1e-3, abs=1e-4)


def test_it_comes_near_the_truth_on_auctions_it_has_not_seen(learnt: LearnedLeg) -> None:
    fresh, true = auctions(3_000, seed=9)
    gap = np.abs(predict(learnt.fitted, fresh) - true)
    assert gap.mean() < 0.035
    assert learnt.landscape.form == "rivals"
    assert learnt.log_loss < learnt.log_loss_ortb < learnt.log_loss_constant


def test_what_it_predicted_of_the_newest_auctions_is_told_by_bid_and_by_seller(learnt: LearnedLeg) -> None:
    assert sum(tenth.count for tenth in learnt.by_bid) == len(learnt.newest) == 600
    assert [seller.name for seller in learnt.by_seller] == ["acme", "bluebird"]
    assert all(abs(tenth.observed - tenth.predicted) < 0.12 for tenth in learnt.by_bid)


def test_it_is_served_as_it_was_fitted(learnt: LearnedLeg) -> None:
    artefact = artefact_of("solar", [learnt])
    learned = parse_landscape(msgspec.json.encode(artefact), "solar")
    fresh, _ = auctions(300, seed=5)
    for at, chance in enumerate(predict(learnt.fitted, fresh)):
        curve = learned.curve(
            str(fresh.seller[at]), "exclusive", facts_at(fresh.facts, at), float(fresh.worth_cents[at])
        )
        assert curve is not None
        assert curve.win_probability(float(fresh.bid_cents[at])) == pytest.approx(float(chance), abs=1e-9)


@pytest.mark.long
def test_how_many_may_win_a_shared_lead_is_found_out() -> None:
    log, _ = auctions(900, winners=3)
    found = learn_leg(log, COLUMNS, winners=None, tell=lambda _: None)
    tried = {attempt.winners: attempt.log_loss for attempt in found.attempts if attempt.form == "rivals"}
    chosen = found.landscape
    # What is earned decides; of numbers that predict as well as the best one, any may be chosen.
    assert chosen.form == "logistic" or tried[chosen.winners] - min(tried.values()) < 0.005
    assert chosen.form == "logistic" or chosen.winners > 1
    assert found.log_loss < found.log_loss_ortb


def test_a_seller_with_few_auctions_leans_on_the_others() -> None:
    log, _ = auctions(2_000)
    few = np.flatnonzero(log.seller == "bluebird")[:6]
    mixed = log.rows(np.sort(np.concatenate([np.flatnonzero(log.seller == "acme"), few])))
    found = fit(mixed, COLUMNS, "rivals", 1)
    acme, bluebird = found.landscape.sellers.values()
    # Six auctions cannot tell one rival from four.
    assert abs(bluebird.stream - acme.stream) < 0.7
    assert list(learn_leg(mixed, (), winners=1, tell=lambda _: None).landscape.sellers) == ["acme"]


def test_rare_values_of_a_category_are_not_read() -> None:
    log = auctions(600)[0]
    page, rare = np.arange(600) // 100, np.arange(600) // 10
    facts = {"page": objects([f"p{each}" for each in page]), "rare": objects([f"r{each}" for each in rare])}
    facts["mixed"] = objects(["usual" if each < 50 else f"r{each}" for each in rare])
    log = msgspec.structs.replace(log, facts=facts)
    features = fit(log, columns_of(log.facts), "rivals", 1).landscape.features
    read = {each.name: each.values for each in features if isinstance(each, Category)}
    assert read == {"page": tuple(f"p{each}" for each in range(6)), "mixed": ("usual",)}


def test_the_order_of_columns_does_not_matter() -> None:
    log, _ = auctions(900)
    there, back = fit(log, COLUMNS, "rivals", 1), fit(log, COLUMNS[::-1], "rivals", 1)
    assert predict(there, log).tolist() == predict(back, log).tolist()
    # What the trees say of the rows they grew on is what was meant when they grew.
    blind = fit(log, (), "rivals", 1)
    assert losses(log.won, predict(there, log)).mean() < losses(log.won, predict(blind, log)).mean()


def test_disclosed_prices_say_more_than_won_and_lost() -> None:
    few, _ = auctions(400)
    random = np.random.default_rng(8)
    # What rivals paid in auctions that we lost: somewhere above our bid, as the truth would have it.
    price = few.bid_cents * np.exp(random.exponential(0.4, 400))
    told = msgspec.structs.replace(few, winning_cents=np.where(few.won == 0, price, np.nan))
    assert len(told.priced) == int((few.won == 0).sum())
    assert len(few.priced) == len(told.without_prices.priced) == 0
    just_above = msgspec.structs.replace(few.rows(few.won == 0), bid_cents=price[few.won == 0] * 1.1)
    blind, knowing = fit(few, (), "rivals", 1), fit(told, (), "rivals", 1)
    assert predict(knowing, just_above).mean() > predict(blind, just_above).mean()


def test_a_disclosed_price_is_one_auction_between_two_bids() -> None:
    log, _ = auctions(300)
    lost = log.won == 0
    price = log.bid_cents * 1.5
    told = msgspec.structs.replace(log, winning_cents=np.where(lost, price, np.nan))
    read = told.told
    assert len(read) == 300
    assert np.all(read.bid_cents[lost] >= log.bid_cents[lost])
    assert np.all(read.bid_cents[lost] <= price[lost])
    assert np.all(told.beaten_cents > price[lost])
    assert np.array_equal(read.bid_cents[~lost], log.bid_cents[~lost])
    # A price below our own bid is no price that beat us.
    below = msgspec.structs.replace(log, winning_cents=0.5 * log.bid_cents)
    assert len(below.priced) == 0


@pytest.mark.long
def test_disclosed_prices_bring_the_curve_nearer_to_the_truth() -> None:
    """Fitted as auctions of their own, lost just below their price and won just above it, they took a third away."""
    log, _ = auctions(1_500)
    random = np.random.default_rng(3)
    # The highest of the rivals, drawn as the log's own truth has it, by inversion above the bid that lost.
    grid = np.geomspace(0.05, 20.0, 400)
    many, middle = np.where(log.seller == "acme", 4.0, 1.0), 0.6 * np.where(log.facts["city"] == "austin", 1.2, 1.0)
    above = many[:, None] / (1.0 + np.exp(1.7 * np.log(grid / middle[:, None]) / 0.4))
    below = np.exp(-above)
    at_bid = below[np.arange(1_500), np.searchsorted(grid, log.bid_cents / log.worth_cents)]
    place = at_bid + random.random(1_500) * (1.0 - at_bid)
    price = log.worth_cents * grid[np.minimum((below < place[:, None]).sum(1), 399)]
    told = msgspec.structs.replace(log, winning_cents=np.where((log.won == 0) & (price > log.bid_cents), price, np.nan))
    fresh, true = auctions(2_000, seed=9)
    blind, knowing = (fit(each, COLUMNS, "rivals", 1) for each in (log, told))
    gaps = [float(np.abs(predict(each, fresh) - true).mean()) for each in (blind, knowing)]
    assert gaps[1] < gaps[0] + 0.005
    found = learn_leg(told, COLUMNS, winners=1, tell=lambda _: None)
    assert {attempt.priced for attempt in found.attempts} == {False, True}


def test_too_few_auctions_are_refused_with_how_many_it_takes() -> None:
    with pytest.raises(TooThin, match="too few exclusive auctions: 100"):
        learn_leg(auctions(100)[0], COLUMNS, winners=1, tell=lambda _: None)
    log, _ = auctions(500)
    lost = msgspec.structs.replace(log, won=np.zeros(500, dtype=np.int8))
    whole = learn_landscape([lost], tell=lambda _: None)
    assert whole.legs == ()
    assert "0 won and 500 lost" in whole.thin[0]
    nowhere = msgspec.structs.replace(log, floor_cents=np.full(500, 1e6))
    assert learn_landscape([nowhere], tell=lambda _: None).thin == ()


@pytest.mark.long
def test_of_few_auctions_no_facts_are_read() -> None:
    log, _ = auctions(400)
    demands = Demands(facts_rows_min=401, plain=True)
    few = learn_leg(log, COLUMNS, winners=1, demands=demands, tell=lambda _: None)
    assert few.landscape.features == ()
    assert len(few.attempts) == 3
    both = Demands(facts_rows_min=400, plain=True, errors=0.0)
    enough = learn_leg(log, COLUMNS, winners=1, demands=both, tell=lambda _: None)
    assert len(enough.attempts) >= 2 * len(few.attempts)
    # The choice goes by what is earned as well: not the best prediction alone.
    assert enough.log_loss < enough.log_loss_constant


def test_bids_below_the_floor_say_nothing_of_rivals(learnt: LearnedLeg) -> None:
    log, _ = auctions(2_400)
    below = msgspec.structs.replace(log, floor_cents=np.where(np.arange(2_400) % 2, 0.0, 1e6))
    found = learn_leg(below, (), winners=1, tell=lambda _: None)
    assert len(found.log) == 1_200
    assert len(learnt.log) == 2_400


def test_columns_are_what_the_facts_are() -> None:
    log, _ = auctions(50)
    more = {**log.facts, "zip": objects(["78701"] * 50), "gone": objects([None] * 50), "owner": objects([True] * 50)}
    columns = {column.name: column.kind for column in columns_of(more)}
    assert columns == {"city": "category", "bill": "number", "owner": "number"}


def test_the_list_of_flat_prices_is_found() -> None:
    random = np.random.default_rng(4)
    log, _ = auctions(2_000)
    price = np.where(random.random(2_000) < 0.5, 2_000.0, 3_500.0)
    flat = msgspec.structs.replace(log, won=(log.bid_cents > price).astype(np.int8))
    found = fit(flat, COLUMNS, "rivals", 1)
    for bid, won in ((1_500.0, 0.0), (2_600.0, 0.5), (4_500.0, 1.0)):
        chance = predict(found, msgspec.structs.replace(flat, bid_cents=np.full(2_000, bid))).mean()
        assert abs(chance - won) < 0.12


def stepped_prices(log: AuctionLog, seed: int = 4) -> AuctionLog:
    """The same leads among rivals who would bid some .9 v, and bid the highest of $3, 35, 50 and 75 within it."""
    random, prices = np.random.default_rng(seed), np.array([0.0, 300.0, 3_500.0, 5_000.0, 7_500.0])
    willing = 0.9 * log.worth_cents * np.exp(random.normal(0.0, 0.5, len(log)))
    top = prices[np.searchsorted(prices[1:], willing, side="right")]
    return msgspec.structs.replace(log, won=(log.bid_cents > top).astype(np.int8))


@pytest.mark.parametrize("form", ["rivals", "stepped"])
def test_facts_that_move_the_spread_are_learned_and_served(form: Form, learnt: LearnedLeg) -> None:
    def apart(seed: int) -> AuctionLog:
        log, random = auctions(3_000, seed)[0], np.random.default_rng((seed, 2))
        spread = np.where(log.facts["city"] == "austin", 0.1, 0.8)
        rival = 0.5 * log.worth_cents * np.exp(spread * random.normal(0.0, 1.0, len(log)))
        return msgspec.structs.replace(log, won=(log.bid_cents > rival).astype(np.int8))

    log, fresh = apart(1), apart(9)
    one, moved = (fit(log, COLUMNS[:1], form, 1, moves_spread=moves) for moves in (False, True))
    costs = [float(losses(fresh.won, predict(each, fresh)).mean()) for each in (one, moved)]
    assert costs[1] < 0.97 * costs[0]
    leg = msgspec.structs.replace(learnt, log=log, fitted=moved, landscape=moved.landscape)
    learned = parse_landscape(msgspec.json.encode(artefact_of("solar", [leg])), "solar")
    curves = [learned.curve("acme", "exclusive", {"city": city}, 4_000.0) for city in ("austin", "dallas", "austin")]
    low, wide, again = (curve.win_probability(1_000.0) for curve in curves if curve is not None)
    assert wide > low + 0.05
    assert again == low


def test_a_seller_of_whom_more_is_known_has_a_narrower_posterior(learnt: LearnedLeg) -> None:
    few = fit(auctions(4_000)[0].rows(np.arange(400)), (), "rivals", 1).landscape.widths
    assert few.keys() == learnt.landscape.widths.keys() == {"acme", "bluebird"}
    assert all(learnt.landscape.widths[name] < 0.6 * few[name] < 0.6 * 0.4 for name in few)


def test_flat_steps_are_learned_and_served_as_they_are(learnt: LearnedLeg) -> None:
    log = stepped_prices(auctions(2_000)[0])
    stepped, smooth = (fit(log, COLUMNS, form, 1) for form in ("stepped", "rivals"))
    fresh = stepped_prices(auctions(2_000, seed=9)[0], seed=5)
    costs = [float(losses(fresh.won, predict(each, fresh)).mean()) for each in (stepped, smooth)]
    assert costs[0] < 0.95 * costs[1]
    leg = msgspec.structs.replace(learnt, log=log, fitted=stepped, landscape=stepped.landscape)
    learned = parse_landscape(msgspec.json.encode(artefact_of("solar", [leg])), "solar")
    curve = learned.curve("acme", "exclusive", {"city": "dallas"}, 6_000.0)
    assert curve is not None
    assert curve.win_probability(3_600.0) == pytest.approx(curve.win_probability(3_900.0), abs=0.05)
    assert curve.win_probability(3_600.0) - curve.win_probability(3_400.0) > 0.05


def test_the_gradient_of_a_table_is_that_of_the_likelihood() -> None:
    log, _ = auctions(200)
    random, edges = np.random.default_rng(2), np.array([900.0, 2_000.5, 3_500.5, 5_000.5])
    at = rows_between(np.log(log.bid_cents), np.log(log.worth_cents) - 8.0, edges)
    nobody = Priced(rows=np.zeros(0, dtype=int), beaten=rows_between(np.zeros(0), np.zeros(0), edges))
    constants = random.normal([0.7, 7.8, 0.0, -0.7, 0.0], 0.1, (200, len(NAMES)))
    steps, won = np.array([1.9, -0.3, -0.6, -1.0, 0.1]), log.won.astype(float)
    for winners in (1, 3):

        def told(constants: Array, steps: Array, winners: int = winners) -> float:
            now = slopes("stepped", winners, at, nobody, np.zeros(200), constants, steps, won)
            return float(np.log(now.likelihood).sum())

        found = slopes("stepped", winners, at, nobody, np.zeros(200), constants, steps, won)
        for name, step in enumerate(np.eye(len(NAMES)) * 1e-5):
            slope = (told(constants + step, steps) - told(constants - step, steps)) / 2e-5
            assert slope == pytest.approx(float(found.by_name[:, name].sum()), rel=1e-4, abs=1e-4)
        for knot, step in enumerate(np.eye(len(steps)) * 1e-5):
            slope = (told(constants, steps + step) - told(constants, steps - step)) / 2e-5
            assert slope == pytest.approx(float(found.by_knot[knot]), rel=1e-4, abs=1e-4)


def at_points(log: AuctionLog, points: Array, seed: int = 6) -> AuctionLog:
    """The same leads, for which a buyer bids these prices alone, whatever they are worth; some prices are disclosed."""
    random = np.random.default_rng((seed, 1))
    rival = 0.6 * log.worth_cents * np.exp(random.normal(0.0, 0.4, len(log)))
    bids = random.choice(points, len(log))
    lost = (bids <= rival) & (random.random(len(log)) < 0.5)
    won = (bids > rival).astype(np.int8)
    return msgspec.structs.replace(log, bid_cents=bids, won=won, winning_cents=np.where(lost, rival, np.nan))


@pytest.mark.parametrize("points", [(1_000.0, 1_100.0, 4_000.0), (2_500.0,), (100.0, 200.0), (9_000.0, 30_000.0)])
def test_a_buyer_of_few_prices_learns_a_table_of_these(points: tuple[float, ...]) -> None:
    log, fresh = (at_points(auctions(2_000, seed)[0], np.array(points), seed) for seed in (1, 9))
    table = fit(log, (), "stepped", 1).landscape
    assert table.edges == tuple(point - 0.5 for point in points)
    costs = [float(losses(fresh.won, predict(fit(log, (), form, 1), fresh)).mean()) for form in ("stepped", "rivals")]
    assert costs[0] < costs[1] + 0.005


def test_prices_that_are_disclosed_of_few_bids_are_read_at_these() -> None:
    log = at_points(auctions(400)[0], np.array([1_000.0, 3_000.0]))
    told = log.told
    assert set(told.bid_cents.tolist()) == {1_000.0, 3_000.0}
    assert log.winning_cents is not None
    dear = log.priced[log.winning_cents[log.priced] >= 3_000.0]
    assert set(told.bid_cents[dear].tolist()) == {3_000.0}
    assert not set(told.priced) & set(dear)
    assert set(told.beaten_cents.tolist()) == {3_000.0}
