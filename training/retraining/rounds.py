"""A round of learning as a few lines: what could be learned, how champion and challenger compare, what is tried."""

from collections.abc import Iterator

from training.histories.delays import curve_lines
from training.retraining.retrain import Round

_SOURCES_SHOWN = 5
"""The worst of a seller's sub-sources."""


def round_lines(found: Round) -> Iterator[str]:
    """The round for a terminal."""
    yield f"{found.vertical} {found.champion or '(nothing live)'}: {found.verdict}"
    yield f"  conversion: {found.conversion}"
    yield from (f"  {line}" for line in curve_lines(found.delays, found.maturity_days))
    for leg, each in found.contests.items():
        yield f"  the newest {each.bids} {leg} bids, of which {each.won:.1%} won    predicted   log-loss"
        for name, odds in (
            (f"champion {found.champion}", each.champion),
            (f"challenger {found.challenger}", each.challenger),
            ("constant baseline", each.constant),
        ):
            yield f"    {name:<44} {odds.predicted:>8.1%} {odds.log_loss:>10.4f}"
    for what in found.few:
        yield f"  {what}"
    for seller, measured in found.sellers.items():
        record, habits = measured.record, measured.habits
        yield (
            f"  {seller}: {record.conversions} conversions of {record.expected:.1f} expected in {record.leads} leads, "
            f"quality factor {habits.quality_factor:.2f}, returns {habits.return_rate:.1%}"
        )
        for source, factor in sorted(habits.sub_sources.items(), key=lambda each: each[1])[:_SOURCES_SHOWN]:
            yield f"    sub-source {source}: quality factor {factor:.2f}"
    for gate in found.gates:
        yield f"  {gate.line}"
    if found.removed:
        yield f"  removed, as they never bid: {', '.join(found.removed)}"
    for what, gates in found.left_out.items():
        yield f"  left out: {what}"
        yield from (f"    {gate.line}" for gate in gates)
