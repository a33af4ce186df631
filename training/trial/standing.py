"""A trial as text: both models side by side, and what can be concluded so far."""

from collections.abc import Callable, Iterator

from app.domain.calendar import utc_text
from training.bootstrap import Interval
from training.trial.trial import CONVERSIONS_MIN, Contender, TrialStanding


def page(trial: TrialStanding) -> str:
    """One trial on one screen."""
    return "\n".join(_lines(trial))


def verdicts(trial: TrialStanding) -> list[str]:
    """What the outcomes say by now, in sentences that claim no more than they do."""
    return [_probabilities(trial), _surplus(trial)]


def _lines(trial: TrialStanding) -> Iterator[str]:
    one, other = trial.champion, trial.challenger
    how = f"a canary for {trial.canary:.0%} of leads" if trial.canary else "in shadow"
    yield f"{trial.vertical}: {other.version} is tried against {one.version}, {how}"
    if not trial.pings:
        yield "  no ping of this trial is in the journal yet"
        return
    yield f"  {trial.pings:,} pings from {utc_text(trial.since)} to {utc_text(trial.until)}"
    yield f"  {'':<34} {'champion ' + one.version:>18} {'challenger ' + other.version:>18}"
    for name, left, right in _rows(one, other):
        yield f"  {name:<34} {left:>18} {right:>18}"
    if trial.ratios:
        ratios = ", ".join(f"{name} {ratio:.3f}" for name, ratio in trial.ratios.items())
        yield f"  challenger's price to champion's on {trial.both_bid:,} legs that both bid: {ratios}"
    yield f"  leads bought that have matured and were scored by both: {trial.leads:,}, {trial.conversions:,} converted"
    if trial.unpaired:
        yield f"  {trial.unpaired:,} more were not scored by both"
    for sentence in verdicts(trial):
        yield f"  {sentence}"


def _rows(one: Contender, other: Contender) -> Iterator[tuple[str, str, str]]:
    rows: tuple[tuple[str, Callable[[Contender], str]], ...] = (
        ("pings decided", lambda each: f"{each.decided:,}"),
        ("pings shadowed", lambda each: f"{each.shadowed:,}"),
        ("could not be priced", lambda each: f"{each.faults:,}"),
        ("bid rate", lambda each: _percent(each.bid_rate)),
        ("mean price", lambda each: _dollars(each.price)),
        ("won of what it decided", lambda each: f"{_percent(each.win_rate)} of {each.settled:,}"),
        ("  predicted", lambda each: _percent(each.predicted_win_rate)),
        ("log-loss of conversions", lambda each: _prediction(each, "log_loss", 4)),
        ("AUC", lambda each: _prediction(each, "auc", 3)),
        ("predicted/observed", lambda each: _prediction(each, "predicted_over_observed", 3)),
        ("surplus a decided ping, matured", lambda each: _dollars(each.surplus.at if each.surplus else None)),
        ("  of so many pings", lambda each: f"{each.matured_pings:,}"),
    )
    for name, told in rows:
        yield name, told(one), told(other)


def _probabilities(trial: TrialStanding) -> str:
    if trial.conversions < CONVERSIONS_MIN:
        return (
            f"probabilities: not enough matured outcomes to tell: {trial.conversions} conversions, "
            f"at least {CONVERSIONS_MIN} are needed"
        )
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
    return "-" if cents is None else f"{'-' if cents < 0 else ''}${abs(cents) / 100:.2f}"


def _prediction(each: Contender, name: str, digits: int) -> str:
    value = getattr(each.predictions, name, None)
    return "-" if value is None else f"{value:.{digits}f}"
