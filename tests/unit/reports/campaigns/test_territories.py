"""The map of states as tiles, and how each is shaded."""

from typing import Any, get_args

from app.domain.territory import Territory
from app.reports.campaigns.territories import LEVELS, TILES, Measure, Tile, TileMap, tile_map
from app.store.operators.requested import DemandRow, RequestRows
from app.wire.feedback import Demand
from tests.build import NOW, campaign
from tests.campaigns import campaign_facts, offered, sampled, sampled_ping
from tests.table import each_row


def test_every_state_and_the_capital_has_a_tile_of_its_own() -> None:
    assert len(TILES) == len(set(TILES.values())) == 51
    assert {row for row, _ in TILES.values()} == set(range(8))
    assert {column for _, column in TILES.values()} == set(range(11))


def tile(of: TileMap, state: str) -> Tile:
    return next(each for each in of.tiles if each.state == state)


def mapped(measure: Measure = "offered", campaign_name: str = "solar-tx", **other: Any) -> TileMap:
    cheap = [sampled_ping(number, offered(1_000), state="TX") for number in range(12)]
    dear = [sampled_ping(number, offered(3_000), offered(2_000, leg="shared"), state="OK") for number in range(20, 32)]
    few = [sampled_ping(40, offered(9_000), state="CA")]
    none = [sampled_ping(50, state="NY", bids=(), refusal="filtered")]
    other_vertical = [sampled_ping(60, state="WA", vertical="roofing")]
    sample = sampled([*cheap, *dear, *few, *none, *other_vertical], ["0-exclusive", "20-exclusive", "21-shared"])
    return tile_map(campaign_facts(sample, **other), campaign_name, measure)


def test_a_tile_counts_a_ping_with_two_prices_once() -> None:
    texas, oklahoma = tile(mapped(), "TX"), tile(mapped(), "OK")
    assert (texas.pings, texas.bids, texas.sampled, texas.won, texas.price_cents) == (12, 12, 12, 1, 1_000.0)
    assert (oklahoma.bids, oklahoma.won, oklahoma.win_rate, oklahoma.price_cents) == (12, 2, 2 / 12, 2_500.0)
    assert tile(mapped(), "WA").pings == 0, "that vertical is not bought"


def test_the_shade_runs_from_the_least_to_the_most() -> None:
    by_price = mapped("price")
    assert (tile(by_price, "TX").level, tile(by_price, "OK").level) == (1, LEVELS)
    assert (tile(by_price, "CA").level, tile(by_price, "NY").level) == (0, 0), "one bid says nothing"
    assert (by_price.low, by_price.high) == (1_000.0, 2_500.0)
    assert tile(mapped("win_rate"), "OK").level == LEVELS
    assert tile(mapped("offered"), "NY").level == 1


@each_row("measure", get_args(Measure))
def test_a_map_of_nothing_has_no_shade(measure: Measure) -> None:
    empty = tile_map(campaign_facts(), "solar-tx", measure)
    assert (empty.low, {each.level for each in empty.tiles}) == (None, {0})


def test_demand_is_that_of_the_campaign_or_else_of_all() -> None:
    def row(state: str, number: int, name: str = "") -> DemandRow:
        demand = Demand(open=number, expected=30, campaign=name)
        return DemandRow(territory=state, demand=demand, told_at=NOW, ends_at=NOW + 60.0)

    told = [row("TX", 12), row("TX", 5, "solar-tx"), row("OK", 7), row("CA", 9, "another"), row("787", 3)]
    requests = RequestRows(demands=told, signals=[], switches=[])
    found = mapped("demand", requests=requests)
    assert [tile(found, state).open for state in ("TX", "OK", "CA")] == [5, 7, None]
    assert tile(mapped("demand", "", requests=requests), "TX").open == 12


def test_a_tile_says_whether_the_campaign_buys_there() -> None:
    zips = campaign(territory=Territory(zips=frozenset({"90001"}), prefixes=("100",)))
    found = tile_map(campaign_facts(campaigns=(zips,)), "solar-tx", "offered")
    assert {each.state for each in found.tiles if each.covered} == {"CA", "NY"}
    but = campaign(territory=Territory(not_states=frozenset({"TX"})))
    covered = {each.state for each in tile_map(campaign_facts(campaigns=(but,)), "", "offered").tiles if each.covered}
    assert len(covered) == 50
    assert "TX" not in covered
