"""Where a campaign buys: each state and the capital as a tile, by what comes, what is won, and at what price."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec.structs import replace

from app.domain.territory import Territory, ZipStates, possible_states
from app.reports.campaigns.facts import CampaignFacts
from app.reports.campaigns.sample import Sample
from app.reports.rates import win_rate

MAP = """
AK .  .  .  .  .  .  .  .  .  ME
.  .  .  .  .  .  .  .  .  VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT .
CA UT CO NE MO KY WV VA MD DE .
.  AZ NM KS AR TN NC SC DC .  .
.  .  .  OK LA MS AL GA .  .  .
HI .  .  TX .  .  .  .  FL .  .
"""
"""The usual grid of eleven by eight, in which each of 51 tiles lies about where its state does."""

TILES = {
    state: (row, column)
    for row, line in enumerate(MAP.strip().splitlines())
    for column, state in enumerate(line.split())
    if state != "."
}

LEVELS = 4
BIDS_MIN = 10
"""Of fewer bids a win rate or a mean price says nothing, and the tile stays without a shade."""

Measure = Literal["offered", "demand", "win_rate", "price"]


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One state. About `pings` came from there in the span and `bids` were made, at `price_cents` in the mean; of the
    `sampled` bids `won` were posted, a `win_rate` where they are enough. `open` leads are asked for there by report, of
    `expected`.

    `level` is the shade by the map's measure, from 1 (least) to `LEVELS`, 0 where nothing can be said.
    """

    state: str
    row: int
    column: int
    covered: bool
    pings: int = 0
    bids: int = 0
    sampled: int = 0
    won: int = 0
    win_rate: float | None = None
    price_cents: float | None = None
    open: int | None = None
    expected: int | None = None
    level: int = 0


class TileMap(msgspec.Struct, frozen=True, kw_only=True):
    """All tiles by one `measure`; `low` and `high` are its least and greatest value, in cents where it is money."""

    measure: Measure
    tiles: tuple[Tile, ...]
    low: float | None = None
    high: float | None = None


def tile_map(facts: CampaignFacts, campaign: str, measure: Measure) -> TileMap:
    """The map of a campaign, or of all together where none is named."""
    tiles = [_with_demand(tile, facts, campaign) for tile in _traded(facts, campaign)]
    values = {tile.state: value for tile in tiles if (value := _value(tile, measure)) is not None}
    low, high = min(values.values(), default=None), max(values.values(), default=None)
    if low is None or high is None:
        return TileMap(measure=measure, tiles=tuple(tiles))
    shaded = [
        replace(tile, level=_level(values[tile.state], low, high)) if tile.state in values else tile for tile in tiles
    ]
    return TileMap(measure=measure, tiles=tuple(shaded), low=low, high=high)


def _value(tile: Tile, measure: Measure) -> float | None:
    if measure == "offered":
        return float(tile.pings) if tile.pings else None
    if measure == "demand":
        return float(tile.open) if tile.open is not None else None
    if measure == "win_rate":
        return tile.win_rate
    return tile.price_cents if tile.sampled >= BIDS_MIN else None


def _level(value: float, low: float, high: float) -> int:
    return 1 + int((LEVELS - 1e-9) * (value - low) / (high - low)) if high > low else LEVELS


def _traded(facts: CampaignFacts, campaign: str) -> Iterator[Tile]:
    meant = [each for each in facts.campaigns if campaign in ("", each.name)]
    verticals = {each.vertical for each in meant}
    trades, zip_states = _trades(facts.sample, campaign, verticals), facts.zip_states
    for state, (row, column) in TILES.items():
        trade = trades.get(state, _Trade())
        yield Tile(
            state=state,
            row=row,
            column=column,
            covered=any(_may_buy(each.territory, state, zip_states) for each in meant),
            pings=trade.pings,
            bids=trade.bids,
            sampled=trade.sampled,
            won=trade.won,
            win_rate=win_rate(trade.won, trade.sampled) if trade.sampled >= BIDS_MIN else None,
            price_cents=trade.cents / trade.prices if trade.prices else None,
        )


def _may_buy(territory: Territory, state: str, zip_states: ZipStates) -> bool:
    """Whether it holds any ZIP of this state."""
    if state in territory.not_states:
        return False
    if territory.is_everywhere or state in territory.states:
        return True
    places = (*territory.zips, *territory.prefixes)
    return any(state in possible_states(place, zip_states) for place in places)


class _Trade(msgspec.Struct, kw_only=True):
    pings: int = 0
    bids: int = 0
    sampled: int = 0
    won: int = 0
    prices: int = 0
    cents: int = 0


def _trades(sample: Sample, campaign: str, verticals: set[str]) -> dict[str, _Trade]:
    """By state; prices on two legs are one bid, won by a post of either."""
    trades: dict[str, _Trade] = {}
    for ping in sample.each():
        if ping.vertical not in verticals:
            continue
        trade, bids = trades.setdefault(ping.state, _Trade()), ping.bids_of(campaign)
        trade.pings += ping.weight
        if bids:
            trade.bids += ping.weight
            trade.sampled += 1
            trade.won += any(bid.id in sample.posted for bid in bids)
            trade.prices += ping.weight * len(bids)
            trade.cents += ping.weight * sum(bid.offer.price_cents for bid in bids)
    return trades


def _with_demand(tile: Tile, facts: CampaignFacts, campaign: str) -> Tile:
    """The tile with what is asked for in the whole state: of the campaign's own report, or else of all campaigns'."""
    told = {
        each.demand.campaign: each.demand
        for each in facts.requests.demands
        if each.territory == tile.state and each.demand.campaign in ("", campaign)
    }
    demand = told.get(campaign, told.get(""))
    return tile if demand is None else replace(tile, open=demand.open, expected=demand.expected)
