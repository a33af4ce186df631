"""Turn a scorer into one Python function, some hundred times faster than asking scikit-learn for one row."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from math import nan, tanh
from operator import and_, getitem
from struct import Struct
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


def compiled(scorer: Scorer) -> Probability:
    """P(conversion) of a lead with these facts, or the amount of one; NaN where the sum is none.

    `scorer` has passed `check`.
    """
    forest = forest_of(scorer.trees, scorer.features)
    sums, everything = forest.sums, forest.everything
    features = scorer.features
    masks, asked, crossed_masks = _apart(zip(forest.masks, (features[at] for at in forest.reads), strict=True))
    told = ((weights_of(term, features[term.feature]), features[term.feature]) for term in scorer.terms)
    weights, weighed, crossed_weights = _apart(told)
    words = Struct(f"<{len(sums)}I")
    size, unpack, baseline = words.size, words.unpack, scorer.baseline
    # Nearly every curve is straight in log-odds, and then costs no call.
    slope, intercept = straight(scorer.calibrator) or (1.0, 0.0)
    most = scorer.calibrator.high if isinstance(scorer.calibrator, Amount) else 1.0
    bent = calibrated(scorer.calibrator) if straight(scorer.calibrator) is None else None

    def probability(facts: Mapping[str, Value]) -> float:
        arrived = reduce(and_, map(getitem, masks, map(facts.get, asked)), everything)
        score = sum(map(getitem, weights, map(facts.get, weighed)), baseline)
        for masks_of_two, one, other in crossed_masks:
            arrived &= masks_of_two[facts.get(one), facts.get(other)]
        for weights_of_two, one, other in crossed_weights:
            score += weights_of_two[facts.get(one), facts.get(other)]
        score = sum(map(getitem, sums, unpack(arrived.to_bytes(size, "little"))), score)
        chance = 0.5 + 0.5 * tanh(0.5 * (slope * score + intercept)) if bent is None else bent(score)
        return chance if 0.0 <= chance <= most else nan

    return probability


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
