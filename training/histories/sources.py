"""Where leads come from: a service's journal with its exports, a dataset that was gathered, or any file of leads."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from training.histories.dataset import LEADS, gather
from training.histories.declared import declared
from training.histories.journaled import DatasetRules, DatasetSources
from training.histories.scratch import NoData

MATURITY_DAYS = 14.0
DAY_S = 86_400.0


def sources_of(
    data: Sequence[Path], journals: Sequence[Path] = (), sales: Sequence[Path] = (), outcomes: Sequence[Path] = ()
) -> DatasetSources:
    """The files that are named and those of the data directories; NoData where one must be there and is not."""
    journals, sold, heard = [*journals, *(each / "journal" for each in data)], list(sales), list(outcomes)
    for each in data:
        exports = [each / "export" / name for name in ("sales.parquet", "outcomes.parquet")]
        if all(path.exists() for path in exports):
            sold.append(exports[0])
            heard.append(exports[1])
        elif (each / "leadbid.db").exists() or not sales:
            # A replica has its sales in a common database, and no file of its own.
            raise NoData(f"{each} holds no export: run `leadbid export --data {each}` first")
    if not journals:
        raise NoData("say where the journal is: --data DIR of a service, or --journal DIR")
    if not (sold and heard):
        raise NoData("say what was sold and what became of it: --data DIR, or --sales FILE and --outcomes FILE")
    for path in {*journals, *sold, *heard}:
        if not path.exists():
            raise NoData(f"{path} does not exist: name the service's own data directory, or what it exported")
    return DatasetSources(journals=_once(journals), sales=_once(sold), outcomes=_once(heard))


@contextmanager
def leads_at(path: Path, config: Path, tell: Callable[[str], None]) -> Iterator[Path]:
    """The file of leads that `path` means, as long as it is needed. Raises NoData, NotDeclared, ParquetError."""
    if not path.is_dir():
        yield path
    elif (path / LEADS).is_file():
        yield path / LEADS
    elif not (path / "journal").is_dir():
        raise NoData(f"{path} is no service's data directory and no dataset: it has neither journal nor {LEADS}")
    else:
        rules = DatasetRules(now=time.time(), maturity_s=MATURITY_DAYS * DAY_S)
        with TemporaryDirectory(prefix="leads-") as folder:
            gather(sources_of([path]), rules, declared(config), Path(folder), tell)
            yield Path(folder) / LEADS


def _once(paths: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(path.resolve() for path in paths))
