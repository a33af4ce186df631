"""A round of learning as a few lines: what could be learned, how champion and challenger compare, what is tried."""

from collections.abc import Iterator

from training.retraining.contest import Contest, Odds
from training.retraining.retrain import Round


def page(found: Round) -> str:
    """The round for a terminal."""
    return "\n".join(_lines(found))


def _lines(found: Round) -> Iterator[str]:
    yield f"{found.vertical} {found.champion or '(nothing live)'}: {found.verdict}"
    yield f"  conversion: {found.conversion}"
    for leg, each in found.contests.items():
        yield from _contest(leg, each, found)
    for what in found.few:
        yield f"  {what}"
    for seller, measured in found.sellers.items():
        record, habits = measured.record, measured.habits
        yield (
            f"  {seller}: {record.conversions} conversions of {record.expected:.1f} expected in {record.leads} leads, "
            f"quality factor {habits.quality_factor:.2f}, returns {habits.return_rate:.1%}"
        )
    for gate in found.gates:
        yield f"  {'pass' if gate.passed else 'FAIL'} {gate.name}: {gate.found}"


def _contest(leg: str, each: Contest, found: Round) -> Iterator[str]:
    yield f"  the newest {each.bids} {leg} bids, of which {each.won:.1%} won    would win   log-loss"
    yield _odds(f"champion {found.champion}", each.champion)
    if each.challenger is not None:
        yield _odds(f"challenger {found.challenger}", each.challenger)
    yield _odds("the same for all", each.constant)


def _odds(name: str, odds: Odds) -> str:
    return f"    {name:<44} {odds.predicted:>8.1%} {odds.log_loss:>10.4f}"
