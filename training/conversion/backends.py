"""Where the fits of a search run: here one after another, or wherever a joblib backend takes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from joblib import parallel_config

from training.errors import TrainingError

LOCAL = ("loky", "threading", "multiprocessing")
"""joblib's own: processes or threads of this machine."""

_PATIENCE = "5s"


class NoBackend(TrainingError):
    """The search cannot run there: the message says what is missing."""


@contextmanager
def backend(name: str | None) -> Iterator[int]:
    """joblib's settings while the search runs, and how many fits may run at a time (-1: as many as there is room for).

    `dask` and `ray` mean a cluster that is already there; raises `NoBackend` where it is not.
    """
    if name is None:
        yield 1
        return
    if name not in (*LOCAL, "dask", "ray"):
        raise NoBackend(f"no backend {name!r}: there are {', '.join(LOCAL)}, dask and ray")
    with _cluster(name), parallel_config(backend=name):
        yield -1


@contextmanager
def _cluster(name: str) -> Iterator[None]:
    if name == "dask":
        _installed("distributed", name)
        address = os.environ.get("DASK_SCHEDULER_ADDRESS")
        if not address:
            raise NoBackend("backend dask: DASK_SCHEDULER_ADDRESS does not say where the cluster's scheduler is")
        try:
            client = import_module("distributed").Client(address, timeout=_PATIENCE)
        except OSError as error:
            raise NoBackend(f"backend dask: no scheduler answers at DASK_SCHEDULER_ADDRESS: {error}") from None
        with client:
            yield
    elif name == "ray":
        _installed("ray", name)
        try:
            import_module("ray").init(address="auto")
        except ConnectionError as error:
            raise NoBackend(f"backend ray: no cluster is running here: {error}") from None
        import_module("ray.util.joblib").register_ray()
        yield
    else:
        yield


def _installed(package: str, name: str) -> None:
    if find_spec(package) is None:
        raise NoBackend(f"backend {name}: the package {package!r} is not installed here (pip install {package})")
