"""`python -m training status`: champion against challenger on what they bid, and on what has matured by now."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.auction.canary import canary_name
from app.domain.catalogue import Catalogue, Challenger, Model
from app.journal.lines import NoticeLine, PingLine
from app.journal.writer import JournalWriter
from app.reports.export import export_outcomes, export_sales
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_outcome
from app.wire.feedback import Outcome as Told
from app.wire.ping import Value
from tests.bidder import another, ask, at_bidder, journaled, sell, somebody
from tests.bids import bid
from tests.build import NOW, catalogue, model
from training.commands.status import page, verdicts
from training.main import main
from training.trial.trial import BidOutcome, TrialStanding, TrialTally, outcome_of

DAY = 86_400.0
LATER = NOW + 40 * DAY
PINGS = 800
TRUTH = {"tile": 0.45, "shingle": 0.2, "flat": 0.04}
ROOFS = tuple(TRUTH)
POINTED = 'solar = { live = "1", challenger = "2", canary = 0.5 }\nroofing = "1"\n'
Said = pytest.CaptureFixture[str]


def knowing(version: str) -> Model:
    """A model that says of each roof what is true."""

    def chance(facts: Mapping[str, Value]) -> float:
        return TRUTH[str(facts["roof"])]

    return Model(vertical="solar", version=version, probability=chance)


def tried(champion: Model, challenger: Model, canary: float) -> Catalogue:
    return catalogue(models=[champion], challengers={"solar": Challenger(model=challenger, canary=canary)})


def pinged(folder: Path, whole: Catalogue, pings: int = PINGS) -> list[PingLine]:
    """So many leads, whose roofs come in turn, at a bidder with this trial."""

    async def scene(bidder: Bidder) -> list[PingLine]:
        for number in range(pings):
            roof = {"roof": ROOFS[number % 3], "monthly_bill": 180.0}
            ask(bidder, lead_type="exclusive", fields=roof, **another(number))
        return [line for line in journaled(bidder, folder) if isinstance(line, PingLine)]

    return at_bidder(folder, scene, whole)


def become(lines: list[PingLine], seed: int = 3) -> dict[str, BidOutcome]:
    """What became of each bid: won as predicted, and converted as is true; a conversion brings 400 dollars."""
    chance, outcomes = random.Random(seed), {}
    for line in lines:
        for bid_id, offer in zip(line.bid_ids, line.decision.bids, strict=True):
            won = chance.random() < offer.win_probability
            converted = chance.random() < TRUTH[str(line.ping.fields["roof"])]
            cents = (40_000 if converted else 0) - offer.price_cents
            outcomes[bid_id] = BidOutcome(
                won=won, bought=won, converted=converted if won else None, cents=cents if won else 0
            )
    return outcomes


def stood(lines: list[PingLine], outcomes: Mapping[str, BidOutcome], canary: float = 0.5) -> TrialStanding:
    tally = TrialTally("solar", "1", "2", outcomes, LATER)
    for line in lines:
        tally.take(line)
    return tally.standing(canary)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[PingLine]:
    """A constant champion, and a challenger that knows the truth and bids for half of the leads."""
    return pinged(tmp_path_factory.mktemp("better"), tried(model(0.23, version="1"), knowing("2"), 0.5))


@pytest.fixture(scope="module")
def better(lines: list[PingLine]) -> TrialStanding:
    return stood(lines, become(lines))


def test_every_ping_is_decided_by_one_and_shadowed_by_the_other(better: TrialStanding) -> None:
    one, other = better.champion, better.challenger
    assert one.decided + other.decided == better.pings == PINGS
    assert (one.decided, one.shadowed) == (other.shadowed, other.decided)
    assert 0.4 < other.decided / PINGS < 0.6
    assert one.bid_rate == other.bid_rate == 1.0
    assert one.price is not None
    assert better.both_bid == PINGS
    assert better.ratios["5%"] < 1.0 < better.ratios["95%"]


def test_wins_are_of_what_each_decided_and_near_what_it_predicted(better: TrialStanding) -> None:
    for each in (better.champion, better.challenger):
        assert each.settled == each.decided
        assert each.win_rate == pytest.approx(each.predicted_win_rate, abs=0.06)


def test_the_model_that_knows_more_predicts_better_on_the_same_leads(better: TrialStanding) -> None:
    one, other = better.champion.predictions, better.challenger.predictions
    assert one is not None
    assert other is not None
    assert other.log_loss < one.log_loss
    assert one.auc == 0.5
    assert other.auc is not None
    assert other.auc > 0.7
    assert other.predicted_over_observed == pytest.approx(1.0, abs=0.15)
    assert better.log_loss is not None
    assert better.log_loss.at == pytest.approx(other.log_loss - one.log_loss)
    assert better.log_loss.high < 0.0
    assert verdicts(better)[0].startswith("probabilities: the challenger predicts conversions better: log-loss -0.")


def test_the_surplus_is_that_of_the_pings_each_decided(lines: list[PingLine], better: TrialStanding) -> None:
    outcomes, told = become(lines), better
    for each in (told.champion, told.challenger):
        decided = [line for line in lines if line.model == each.version]
        cents = sum(outcomes[bid_id].cents for line in decided for bid_id in line.bid_ids)
        assert each.surplus is not None
        assert each.matured_pings == len(decided)
        assert each.surplus.at == pytest.approx(cents / len(decided))
        assert each.surplus.low < each.surplus.at < each.surplus.high
    assert told.surplus is not None
    assert told.champion.surplus is not None
    assert told.challenger.surplus is not None
    assert told.surplus.at == pytest.approx(told.challenger.surplus.at - told.champion.surplus.at)


def test_twins_differ_by_nothing_that_chance_would_not_give(tmp_path: Path) -> None:
    lines = pinged(tmp_path, tried(knowing("1"), knowing("2"), 0.5))
    told = stood(lines, become(lines))
    assert told.ratios["5%"] == told.ratios["95%"] == 1.0
    probabilities, surplus = verdicts(told)
    assert (
        probabilities == "probabilities: both models predict the same for every lead; they differ only in other parts"
    )
    assert surplus.startswith("surplus: no difference beyond chance")


def test_of_a_shadow_nobody_knows_what_it_would_earn(tmp_path: Path) -> None:
    lines = pinged(tmp_path, tried(model(0.23, version="1"), knowing("2"), 0.0), 300)
    told = stood(lines, become(lines), 0.0)
    assert (told.challenger.decided, told.challenger.shadowed) == (0, 300)
    assert "start a canary" in verdicts(told)[1]
    assert told.leads > 0
    assert "is tried against 1, in shadow" in next(page(told))


def test_what_a_canary_needs_is_said_by_its_share(tmp_path: Path) -> None:
    lines = pinged(tmp_path, tried(model(0.23, version="1"), knowing("2"), 0.5), 600)
    outcomes = become(lines)
    over_a_day = [replace(line, at=NOW + number * DAY / 600.0) for number, line in enumerate(lines)]
    told = stood(over_a_day, outcomes)
    assert [each.share for each in told.sizes] == [0.1, 0.5]
    assert all(each.days == pytest.approx(each.pings / 600.0, rel=0.01) for each in told.sizes)
    *_, first, last = page(told)
    needs = "{:,} pings, some {:,} leads bought, {:,.1f} days"
    for line, size, share in zip((first, last), told.sizes, ("10%", "50%"), strict=True):
        assert line == f"    for {share} of leads: {needs.format(size.pings, size.leads, size.days)}"


def test_a_canary_that_was_stopped_is_told_with_its_time(tmp_path: Path) -> None:
    lines = pinged(tmp_path, tried(model(0.23, version="1"), knowing("2"), 0.5), 20)
    name = frozenset({canary_name("solar", "2")})
    stopped = [replace(line, standing=replace(line.standing, paused=name)) for line in lines[12:]]
    told = stood([*lines[:12], *stopped], {})
    assert told.stopped_at == lines[12].at
    assert list(page(told))[1].startswith("  it cost more than chance explains and was stopped at ")


def test_few_conversions_tell_nothing_and_are_counted(lines: list[PingLine]) -> None:
    lines = lines[:60]
    told = stood(lines, become(lines))
    assert 0 < told.conversions < 50
    assert verdicts(told)[0] == (
        f"probabilities: not enough matured outcomes to tell: {told.conversions} conversions, at least 50 are needed"
    )


def test_what_is_young_or_not_settled_is_in_no_surplus(lines: list[PingLine]) -> None:
    lines = lines[:40]
    nobody_knows = {name: BidOutcome(won=None, bought=False, converted=None, cents=0) for name in become(lines)}
    assert stood(lines, nobody_knows).champion.matured_pings == 0
    assert stood(lines, {}).champion.settled == 0
    tally = TrialTally("solar", "1", "2", become(lines), NOW - DAY)
    for line in lines:
        tally.take(line)
    told = tally.standing(0.5)
    assert (told.champion.matured_pings, told.surplus) == (0, None)
    assert verdicts(told)[1] == "surplus: not enough pings whose outcomes have matured to tell"


def test_pings_of_another_trial_are_not_of_this_one(tmp_path: Path) -> None:
    lines = pinged(tmp_path, tried(model(0.23, version="1"), knowing("3"), 0.5), 20)
    told = stood(lines, {})
    assert told.pings == 0
    assert list(page(told))[1:] == ["  no ping of this trial is in the journal yet"]


def test_a_challenger_that_fails_is_counted_and_not_paired(tmp_path: Path) -> None:
    lines = pinged(tmp_path, tried(model(0.23, version="1"), model(7.0, version="2"), 0.5), 30)
    told = stood(lines, become(lines))
    assert (told.challenger.faults, told.challenger.decided) == (30, 0)
    assert told.challenger.bid_rate is None
    assert told.leads == 0
    assert told.unpaired > 0


@pytest.mark.parametrize(
    ("told", "cents"),
    [
        ({"won": False}, 0),
        ({"won": True}, 0),
        ({"won": True, "lead_id": "a", "converted": False}, -2_140),
        ({"won": True, "lead_id": "a", "converted": True, "value_cents": 30_000}, 27_860),
        ({"won": True, "lead_id": "a", "converted": False, "returned": True}, 0),
        ({"won": True, "lead_id": "a", "converted": None}, -2_140),
    ],
)
def test_a_bid_brings_what_its_lead_was_worth_less_what_it_cost(told: dict[str, Any], cents: int) -> None:
    found = outcome_of(bid(**told))
    assert (found.cents, found.bought, found.won) == (cents, "lead_id" in told, told["won"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service whose leads were bought, told of and exported, with models that name a trial."""
    folder = tmp_path_factory.mktemp("served")

    async def scene(bidder: Bidder) -> None:
        for number in range(40):
            roof = {"roof": ROOFS[number % 3], "monthly_bill": 180.0}
            answer = ask(bidder, lead_type="exclusive", fields=roof, **another(number))
            sold = await sell(bidder, answer.ping_id, contact=somebody(number), fields=roof, **another(number))
            if number % 3 == 0:
                heard = Told(lead_id=sold.lead_id, event="sold", event_id=f"{number}", occurred_at=NOW + DAY)
                await record_outcome(bidder, heard, NOW + DAY + 5.0)
        bidder.journal.append(NoticeLine(at=NOW + 30 * DAY, seller="acme", ping_id="", result="lost"))
        assert isinstance(bidder.journal, JournalWriter)
        bidder.journal.flush()
        (folder / "export").mkdir()
        export_sales(folder / "export" / "sales.parquet", await bidder.store.sold(0.0, LATER), LATER, lambda _: None)
        heard_of = await bidder.store.outcomes(0.0, LATER)
        export_outcomes(folder / "export" / "outcomes.parquet", heard_of, LATER, lambda _: None)

    at_bidder(folder, scene, tried(model(0.23, version="1"), knowing("2"), 0.5))
    (folder / "models").mkdir()
    (folder / "models" / "current.toml").write_text(POINTED)
    return folder


def status(folder: Path, *words: str) -> int:
    return main(["status", "--data", str(folder), "--models", str(folder / "models"), "--now", str(LATER), *words])


def test_the_command_joins_journal_sales_and_outcomes(served: Path, capsys: Said) -> None:
    assert status(served, "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["vertical"], told["pings"], told["leads"], told["conversions"]) == ("solar", 40, 40, 14)
    assert told["champion"]["decided"] + told["challenger"]["decided"] == 40
    assert told["champion"]["foretold"].keys() == {"log_loss", "auc", "predicted_over_observed"}
    assert told["challenger"]["surplus"].keys() == told["surplus"].keys() == {"value", "low", "high"}
    assert told["champion"]["matured_pings"] + told["challenger"]["matured_pings"] == 40
    assert "not enough matured outcomes to tell: 14 conversions" in told["verdicts"][0]
    assert status(served) == 0
    said = capsys.readouterr().out
    assert "solar: 2 is tried against 1, a canary for 50% of leads" in said
    assert "leads bought that have matured and were scored by both: 40, 14 converted" in said


def test_where_nothing_is_tried_it_says_how_to_begin(served: Path, capsys: Said) -> None:
    assert status(served, "--vertical", "roofing") == 1
    assert "registry shadow" in capsys.readouterr().out


def test_without_an_export_it_says_how_to_make_one(served: Path, tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "current.toml").write_text(POINTED)
    (tmp_path / "journal").mkdir()
    assert status(tmp_path) == 2
    assert "run `leadbid export" in capsys.readouterr().err
    (tmp_path / "models" / "current.toml").write_text("solar = ")
    assert status(tmp_path) == 2
    assert "Mend it or remove it" in capsys.readouterr().err
