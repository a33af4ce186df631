"""Compares each challenger with its champion: bids, wins, and matured outcomes."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from app.domain.auction.canary_size import DIFFERENCE, LEVEL, POWER
from app.domain.calendar import utc_text
from app.domain.money import money
from app.scoring.registry.changes import entries
from training.bootstrap import Interval
from training.commands.dataset import gathered
from training.frame import add, add_sources, journals_of, show, told_pings
from training.histories.bids import read_bids
from training.histories.dataset import BIDS
from training.histories.declared import declared
from training.histories.journaled import LIFETIME_S
from training.trial.trial import CONVERSIONS_MIN, BidOutcome, Contender, TrialStanding, TrialTally, outcome_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`python -m training status --data DIR --models DIR [--vertical V] [--maturity-days N] [--now WHEN] [--json]`."""
    add_sources(parser)
    add(parser, "models", "vertical", "json")


def run(args: argparse.Namespace) -> int:
    """0 where something is tried, 1 where nothing is, 2 where it could not be asked."""
    trials = list(_trials(args))
    told = [{**msgspec.to_builtins(trial), "verdicts": verdicts(trial)} for trial in trials]
    nothing = "no challenger is tried: `python -m training registry shadow` starts a trial"
    show(args, told, lambda: "\n\n".join("\n".join(page(each)) for each in trials) or nothing)
    return 0 if trials else 1


def _trials(args: argparse.Namespace) -> Iterator[TrialStanding]:
    asked = {name: each for name, each in entries(args.models).items() if not args.vertical or name in args.vertical}
    tried = {name: entry for name, entry in asked.items() if entry.challenger}
    if not tried:
        return
    outcomes: dict[str, dict[str, BidOutcome]] = {}
    with TemporaryDirectory(prefix="leadbid-status-") as folder:
        summary = gathered(args, declared(args.config), Path(folder))
        for name in tried:
            outcomes[name] = {bid.id: outcome_of(bid) for bid in read_bids(Path(folder) / BIDS, name)}
    # Pings made earlier have had all their time: a bid's life to be sold in, and the lead's to mature.
    matured = summary.as_of - summary.maturity_s - LIFETIME_S
    tallies = {
        name: TrialTally(name, entry.live, entry.challenger, outcomes[name], matured) for name, entry in tried.items()
    }
    until = min(args.until, args.now if args.now is not None else float("inf"))
    for line in told_pings(journals_of(args), args.since, until):
        if line.ping.vertical in tallies:
            tallies[line.ping.vertical].take(line)
    for name, tally in tallies.items():
        yield tally.standing(tried[name].canary)


def verdicts(trial: TrialStanding) -> list[str]:
    """What the outcomes say by now, in sentences that claim no more than they do."""
    return [_probabilities(trial), _surplus(trial)]


def page(trial: TrialStanding) -> Iterator[str]:
    """One trial on one screen."""
    one, other = trial.champion, trial.challenger
    how = f"a canary for {trial.canary:.0%} of leads" if trial.canary else "in shadow"
    yield f"{trial.vertical}: {other.version} is tried against {one.version}, {how}"
    if trial.stopped_at is not None:
        yield f"  it cost more than chance explains and was stopped at {utc_text(trial.stopped_at)}; it shadows since"
    if not trial.pings:
        yield "  no ping of this trial is in the journal yet"
        return
    yield f"  {trial.pings:,} pings from {utc_text(trial.since)} to {utc_text(trial.until)}"
    yield f"  {'':<34} {'champion ' + one.version:>18} {'challenger ' + other.version:>18}"
    for name, said in _ROWS.items():
        yield f"  {name:<34} {said(one):>18} {said(other):>18}"
    if trial.ratios:
        ratios = ", ".join(f"{name} {ratio:.3f}" for name, ratio in trial.ratios.items())
        yield f"  challenger's price to champion's on {trial.both_bid:,} legs that both bid: {ratios}"
    yield f"  leads bought that have matured and were scored by both: {trial.leads:,}, {trial.conversions:,} converted"
    if trial.unpaired:
        yield f"  {trial.unpaired:,} more were not scored by both"
    for sentence in verdicts(trial):
        yield f"  {sentence}"
    yield from _needs(trial)


def _needs(trial: TrialStanding) -> Iterator[str]:
    """How much a canary needs to tell, at each share."""
    if not trial.sizes:
        yield "  how long a canary needs cannot be said: no matured surplus of the champion above $0 to go by"
        return
    cents = trial.sizes[0].cents / 100.0
    yield (
        f"  to show a surplus {DIFFERENCE:.0%} higher or lower (${cents:.3f} a ping; at {LEVEL:.0%}, in {POWER:.0%} of "
        "cases) a canary needs, before its last leads mature:"
    )
    for each in trial.sizes:
        needs = f"{each.pings:,} pings, some {each.leads:,} leads bought, {each.days:,.1f} days"
        yield f"    for {each.share:.0%} of leads: {needs}"


def _probabilities(trial: TrialStanding) -> str:
    if trial.conversions < CONVERSIONS_MIN:
        few = f"{trial.conversions} conversions, at least {CONVERSIONS_MIN} are needed"
        return f"probabilities: not enough matured outcomes to tell: {few}"
    if trial.log_loss is None:
        return "probabilities: all leads had the same outcome, so the models cannot be compared"
    if trial.log_loss.low == trial.log_loss.high == 0.0:
        return "probabilities: both models predict the same for every lead; they differ only in other parts"
    auc = f"; AUC {_between(trial.auc, 3)}" if trial.auc is not None else ""
    figures = f"log-loss {_between(trial.log_loss, 4)}{auc}"
    return f"probabilities: {_better(trial.log_loss, 'predicts conversions better', -1.0)}: {figures}"


def _surplus(trial: TrialStanding) -> str:
    if not trial.challenger.decided:
        return "surplus: the challenger has answered no ping, so its surplus is unknown: start a canary"
    if trial.surplus is None:
        return "surplus: not enough pings whose outcomes have matured to tell"
    return f"surplus: {_better(trial.surplus, 'earns more')}: {_between(trial.surplus, 3, 100.0)} dollars a ping"


def _better(difference: Interval, how: str, sign: float = 1.0) -> str:
    """Which of the two is better, as far as chance does not explain it."""
    if not difference.excludes_zero:
        return "no difference beyond chance"
    return f"the {'challenger' if sign * difference.at > 0.0 else 'champion'} {how}"


def _between(interval: Interval, digits: int, unit: float = 1.0) -> str:
    value, low, high = (f"{each / unit:+.{digits}f}" for each in (interval.at, interval.low, interval.high))
    return f"{value} ({low} to {high})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _dollars(cents: float | None) -> str:
    return "-" if cents is None else money(cents)


def _prediction(each: Contender, name: str, digits: int) -> str:
    value = getattr(each.predictions, name, None)
    return "-" if value is None else f"{value:.{digits}f}"


_ROWS: dict[str, Callable[[Contender], str]] = {
    "pings decided": lambda each: f"{each.decided:,}",
    "pings shadowed": lambda each: f"{each.shadowed:,}",
    "could not be priced": lambda each: f"{each.faults:,}",
    "bid rate": lambda each: _percent(each.bid_rate),
    "mean price": lambda each: _dollars(each.price),
    "won of what it decided": lambda each: f"{_percent(each.win_rate)} of {each.settled:,}",
    "  predicted": lambda each: _percent(each.predicted_win_rate),
    "log-loss of conversions": lambda each: _prediction(each, "log_loss", 4),
    "AUC": lambda each: _prediction(each, "auc", 3),
    "predicted/observed": lambda each: _prediction(each, "predicted_over_observed", 3),
    "surplus a decided ping, matured": lambda each: _dollars(each.surplus.at if each.surplus else None),
    "  of so many pings": lambda each: f"{each.matured_pings:,}",
}
"""What stands beside each other, by name."""
