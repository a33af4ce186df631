"""A trial is told from the pings that both models saw, the leads that each bought, and how much these brought."""

import pytest

from app.domain.auction.canary import CanaryTally
from app.reports.models.calibration import calibration
from app.reports.models.outcomes import BoughtLeads, VersionOutcomes
from app.reports.models.trial import TrialFacts, trial_view
from app.reports.tally import Share, SideTrade, TrialTrade, VerticalTrade
from app.scoring.pointer import Entry

DAY = 86_400.0
SINCE = "2026-11-21T09:00:00Z"
TRIED = Entry(live="1", challenger="2", canary=0.1, since=SINCE, matures_days=3.0)
TRADE = VerticalTrade(
    share=Share(pings=7_000, bids=5_000, won=800, leads=700, spend_cents=700_000),
    trials={
        # Who decided comes first.
        "1/2": TrialTrade(
            pings=900,
            faults=4,
            both=500,
            decided=SideTrade(bids=600, cents=600_000, surplus_millicents=90_000, both_cents=500_000),
            shadowed=SideTrade(bids=550, cents=660_000, surplus_millicents=180_000, both_cents=600_000),
        ),
        "2/1": TrialTrade(
            pings=100,
            both=60,
            decided=SideTrade(bids=70, cents=84_000, surplus_millicents=20_000, both_cents=72_000),
            shadowed=SideTrade(bids=65, cents=65_000, surplus_millicents=10_000, both_cents=60_000),
        ),
        "1/9": TrialTrade(pings=5_000),
    },
)
BOUGHT = BoughtLeads(
    leads=900, spend_cents=900_000, matured=500, conversions=40, surplus_cents=500_000.0, squares=6.4e10
)


def outcomes(version: str, **in_trial: float) -> dict[tuple[str, str], VersionOutcomes]:
    own = BoughtLeads(leads=int(in_trial.get("leads", 0)), matured=int(in_trial.get("matured", 0)))
    return {("solar", version): VersionOutcomes(bought=BOUGHT, in_trial=own, calibration=calibration([]))}


def facts(
    entry: Entry = TRIED, *, stopped: tuple[str, str] | None = None, tally: CanaryTally | None = None
) -> TrialFacts:
    known = {**outcomes("1", leads=90, matured=40), **outcomes("2", leads=9, matured=4)}
    return TrialFacts(entry=entry, trade=TRADE, days=7.0, outcomes=known, tally=tally, stopped=stopped)


def test_both_are_asked_of_all_pings_of_the_trial_whoever_decided() -> None:
    view = trial_view("solar", facts())
    assert view is not None
    assert (view.pings, view.both_bid, view.faults) == (1_000, 560, 4)
    champion, challenger = view.champion, view.challenger
    assert (champion.decided, challenger.decided) == (900, 100)
    assert (champion.bid_rate, challenger.bid_rate) == (0.665, 0.62)
    assert champion.price_cents == pytest.approx(1_000.0)
    assert challenger.price_cents == pytest.approx(1_200.0)
    assert view.price_ratio == pytest.approx(1.2)
    assert (champion.expected_cents, challenger.expected_cents) == (0.1, 0.2)
    assert (champion.leads, challenger.leads) == (90, 9)


def test_a_canary_that_was_stopped_bids_for_nothing_and_says_why() -> None:
    tally = CanaryTally(gap_cents=-900.0, bound_cents=500.0, leads=99, canarys=9)
    view = trial_view("solar", facts(stopped=("service", "it lost"), tally=tally))
    assert view is not None
    assert (view.share, view.declared_share) == (0.0, 0.1)
    assert (view.stopped_by, view.stopped_why) == ("service", "it lost")
    assert (view.gap_cents, view.bound_cents) == (-900.0, 500.0)


def test_when_it_can_be_judged_follows_from_what_leads_bring_and_how_many_come() -> None:
    view = trial_view("solar", facts())
    assert view is not None
    assert [each.share for each in view.sizes] == [0.1, 0.5]
    own = view.sizes[0]
    assert own.days == pytest.approx(own.pings / 1_000.0)
    assert view.since is not None
    assert view.judged_at == pytest.approx(view.since + (own.days + 3.0) * DAY)
    # A tenth of the leads' surplus: every tenth ping is a lead, and one brings $10.
    assert own.cents == pytest.approx(0.1 * 0.1 * 1_000.0)


def test_nothing_is_promised_where_no_lead_has_matured_or_nobody_knows_since_when() -> None:
    without = trial_view("solar", TrialFacts(entry=TRIED, trade=TRADE, days=7.0, outcomes={}, tally=None, stopped=None))
    assert without is not None
    assert (without.sizes, without.judged_at, without.champion.leads) == ((), None, 0)
    shadow = trial_view("solar", facts(Entry(live="1", challenger="2")))
    assert shadow is not None
    assert (shadow.share, shadow.since, shadow.judged_at) == (0.0, None, None)
    assert shadow.champion.leads == BOUGHT.leads, "where none began, all its leads are shown"
    assert trial_view("solar", facts(Entry(live="1"))) is None
