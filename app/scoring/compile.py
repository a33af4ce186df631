"""Turn a scorer into one Python function, some hundred times faster than asking scikit-learn for one row."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from math import nan, tanh
from operator import and_, getitem
from typing import Any, TypeVar

from app.scoring.artefact import Amount, Cross, Feature, Scorer
from app.scoring.calibration import calibrated, straight
from app.scoring.facts import as_number
from app.scoring.forest import forest_of
from app.scoring.terms import weights_of
from app.wire.ping import Value

__all__ = ["Probability", "as_number", "compiled"]

Probability = Callable[[Mapping[str, Value]], float]
T = TypeVar("T")
Crossed = tuple[dict[Any, T], str, str]
_Fact = Callable[[str], Value | None]
_Part = Callable[[float, _Fact], float]
"""The score so far, and what tells a fact by its name -> the score with this part."""


def compiled(scorer: Scorer) -> Probability:
    """P(conversion) of a lead with these facts, or the amount of one; NaN where the sum is none.

    `scorer` has passed `check`.
    """
    # Most scorers have only terms or only trees, and a ping must not pay for tables that are empty.
    parts = [part(scorer) for part, has in ((_weighed, scorer.terms), (_arrived, scorer.trees)) if has]
    baseline = scorer.baseline
    # Nearly every curve is straight in log-odds, and then costs no call.
    slope, intercept = straight(scorer.calibrator) or (1.0, 0.0)
    most = scorer.calibrator.high if isinstance(scorer.calibrator, Amount) else 1.0
    bent = calibrated(scorer.calibrator) if straight(scorer.calibrator) is None else None

    def probability(facts: Mapping[str, Value]) -> float:
        score = baseline
        for added_to in parts:
            score = added_to(score, facts.get)
        chance = 0.5 + 0.5 * tanh(0.5 * (slope * score + intercept)) if bent is None else bent(score)
        return chance if 0.0 <= chance <= most else nan

    return probability


def _weighed(scorer: Scorer) -> _Part:
    """What the terms add."""
    told = ((weights_of(term, scorer.features[term.feature]), scorer.features[term.feature]) for term in scorer.terms)
    weights, names, crossed = _apart(told)

    def added_to(score: float, fact: _Fact) -> float:
        score = sum(map(getitem, weights, map(fact, names)), score)
        for table, one, other in crossed:
            score += table[fact(one), fact(other)]
        return score

    return added_to


def _arrived(scorer: Scorer) -> _Part:
    """What the leaves add at which the lead arrives."""
    forest = forest_of(scorer.trees, scorer.features)
    add, everything = forest.add, forest.everything
    masks, names, crossed = _apart(zip(forest.masks, (scorer.features[at] for at in forest.reads), strict=True))

    def added_to(score: float, fact: _Fact) -> float:
        leaves = reduce(and_, map(getitem, masks, map(fact, names)), everything)
        for table, one, other in crossed:
            leaves &= table[fact(one), fact(other)]
        return add(score, leaves)

    return added_to


def _apart(tables: Iterable[tuple[dict[Any, T], Feature]]) -> tuple[list[dict[Any, T]], list[str], list[Crossed[T]]]:
    """The tables of single facts with the names of these, and those of two facts, which are asked one by one."""
    single, names, crossed = list[dict[Any, T]](), list[str](), list[Crossed[T]]()
    for table, feature in tables:
        if isinstance(feature, Cross):
            crossed.append((table, *feature.of))
        else:
            single.append(table)
            names.append(feature.name)
    return single, names, crossed
