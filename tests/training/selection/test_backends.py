"""A search goes where it is sent, or says what is missing there."""

from importlib.util import find_spec

import pytest
from joblib import Parallel, delayed

from training.conversion.selection.search import backend
from training.errors import TrainingError


def test_without_a_name_fits_run_one_after_the_other() -> None:
    with backend(None) as jobs:
        assert jobs == 1


def test_a_backend_of_joblib_s_own_runs_them() -> None:
    with backend("threading") as jobs:
        assert Parallel(n_jobs=jobs)(delayed(abs)(number) for number in (-1, -2)) == [1, 2]


def test_an_unknown_backend_is_named_with_those_there_are() -> None:
    with pytest.raises(TrainingError, match=r"no backend 'spark': there are loky, .* dask and ray"), backend("spark"):
        pass


@pytest.mark.parametrize(("name", "package"), [("dask", "distributed"), ("ray", "ray")])
def test_a_backend_whose_package_is_not_installed_says_so(name: str, package: str) -> None:
    if find_spec(package):
        pytest.skip(f"{package} is installed here")
    with pytest.raises(TrainingError, match=f"backend {name}: the package '{package}' is not installed"), backend(name):
        pass


def test_dask_must_be_told_where_its_scheduler_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="dask.distributed is not installed")
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    with pytest.raises(TrainingError, match="DASK_SCHEDULER_ADDRESS"), backend("dask"):
        pass
