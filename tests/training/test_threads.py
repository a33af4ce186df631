"""A large fit has the machine to itself; small ones, and those beside others, take one thread."""

import os

from joblib import cpu_count
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

from training.conversion.candidates import THREADS_ROWS_MIN, threads_for


def openmp() -> set[int]:
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "openmp"}


def test_many_rows_take_every_core_and_give_them_back() -> None:
    with threads_for(THREADS_ROWS_MIN):
        assert openmp() <= {cpu_count()}
    assert openmp() <= {1}


def test_few_rows_take_one() -> None:
    with threads_for(THREADS_ROWS_MIN - 1):
        assert openmp() <= {1}


def test_a_fit_beside_others_takes_one_however_many_its_rows() -> None:
    with threads_for(THREADS_ROWS_MIN, alone=False):
        assert openmp() <= {1}


def test_threads_that_wait_are_asleep() -> None:
    assert os.environ["OMP_WAIT_POLICY"]
