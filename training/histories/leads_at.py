"""Where leads come from: a file as it is, a dataset that was gathered, or a service's own directory, gathered now."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from training.histories.dataset import LEADS, Rules, Sources, gather
from training.histories.declared import declared
from training.histories.scratch import NoData

MATURITY_DAYS = 14.0

_DAY_S = 86_400.0
_EXPORTS = ("sales.parquet", "outcomes.parquet")


@contextmanager
def leads_at(path: Path, config: Path, tell: Callable[[str], None]) -> Iterator[Path]:
    """The file of leads that `path` means, as long as it is needed. Raises NoData, NotDeclared, ParquetError."""
    if not path.is_dir():
        yield path
    elif (path / LEADS).is_file():
        yield path / LEADS
    else:
        with TemporaryDirectory(prefix="leads-") as folder:
            _gather(path, config, Path(folder), tell)
            yield Path(folder) / LEADS


def _gather(data: Path, config: Path, out: Path, tell: Callable[[str], None]) -> None:
    journal, exports = data / "journal", [data / "export" / name for name in _EXPORTS]
    if not journal.is_dir():
        raise NoData(f"{data} is no service's data directory and no dataset: it has neither journal nor {LEADS}")
    if not all(path.is_file() for path in exports):
        raise NoData(f"{data} holds no export: run `leadbid export --data {data}` first")
    sales, outcomes = exports
    gather(
        Sources(journals=(journal.resolve(),), sales=(sales.resolve(),), outcomes=(outcomes.resolve(),)),
        Rules(now=time.time(), maturity_s=MATURITY_DAYS * _DAY_S),
        declared(config),
        out,
        tell,
    )
