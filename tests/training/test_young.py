"""A model of leads that are too young to tell, weighed by the delay curve, says what mature ones would come to."""

from typing import Any

import numpy as np
import pytest

from training.conversion.candidates import chance, fitted, logistic
from training.conversion.features import Column, stacked
from training.conversion.young import as_if_mature, maturing
from training.histories.delays import judged_leads, outcome_times
from training.histories.history import History

DAY = 86_400.0
COLUMNS = (Column("tier", "category"), Column("bill", "number"))
Array = np.ndarray[Any, Any]


class MadeUp:
    """Leads of 90 days, half of whose conversions take ten days; the newest are from the better source.

    Which of them ever converts is known here, as it is nowhere else.
    """

    def __init__(self, rows: int = 20_000, seed: int = 7) -> None:
        random = np.random.default_rng(seed)
        self.at = np.sort(random.uniform(0.0, 90.0, rows)) * DAY + 1.78e9
        self.until = float(self.at[-1])
        good = random.random(rows) < 0.3 + 0.4 * (self.at - self.at[0]) / np.ptp(self.at)
        self.columns = {"tier": np.where(good, "good", "poor").astype(object), "bill": random.normal(0.0, 1.0, rows)}
        self.true = 1.0 / (1.0 + np.exp(-(-2.2 + 1.0 * good + 0.5 * self.columns["bill"])))
        will, days = random.random(rows) < self.true, random.exponential(14.4, rows)
        self.ends = np.where(will & (self.at + days * DAY <= self.until), self.at + days * DAY, np.nan)
        self.converted = ~np.isnan(self.ends)

    def history(self, way: str) -> History:
        """Its leads as they are told, those that are mature, or all of them weighed."""
        times = outcome_times(self.at, self.converted, self.ends, self.until)
        leads = judged_leads(times, None, with_young=way == "weighed")
        kept = leads.kept if way != "naive" else np.ones(len(self.at), dtype=bool)
        converted = (leads.converted if way != "naive" else self.converted).astype(np.int8)
        return History(
            vertical="solar",
            source=way,
            columns={name: column[kept] for name, column in self.columns.items()},
            converted=converted[kept],
            at=self.at[kept],
            seen=leads.seen[kept] if way == "weighed" else None,
        )

    def error(self, way: str) -> float:
        """How far a model of these leads is from the truth of the newest: the mean squared error of its log-odds."""
        history = self.history(way)
        table = stacked(COLUMNS, history.columns, len(history))
        history = as_if_mature(history, COLUMNS, table, seed=1)
        model = fitted(logistic(COLUMNS, seed=1), table, history.converted, history.weight)
        newest = slice(-3_000, None)
        every = stacked(COLUMNS, self.columns, len(self.at))
        said = chance(model, every[newest])
        true = self.true[newest]
        return float(np.mean((np.log(said / (1.0 - said)) - np.log(true / (1.0 - true))) ** 2))


def test_weights_make_converted_and_not_converted_stand_as_they_will() -> None:
    for share, seen in ((0.1, 0.3), (0.5, 0.5), (0.9, 0.99), (0.2, 1.0)):
        told = share * seen
        one, other = maturing(np.array([1, 0]), np.full(2, seen), np.full(2, share))
        assert told * one + (1.0 - told) * other == pytest.approx(1.0)
        assert told * one == pytest.approx(share)


def test_young_leads_that_are_weighed_teach_more_than_none_of_them_and_than_all_as_they_are() -> None:
    errors = {
        way: np.mean([MadeUp(6_000, seed).error(way) for seed in range(6)]) for way in ("weighed", "mature", "naive")
    }
    assert errors["weighed"] < 0.8 * errors["mature"]
    assert errors["weighed"] < 0.3 * errors["naive"]
