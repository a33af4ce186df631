"""Joins what was bid with what was bought and what became of it: two files of rows that models learn from."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from app.domain.post.disposition import Disposition
from app.scoring.card import DelayCurve
from training.histories import joining
from training.histories.declared import MATURITY_DAYS, DeclaredVerticals, declared
from training.histories.delays import CONVERSIONS_MIN
from training.histories.journaled import DatasetRules, DatasetSources, PingRows, flatten
from training.histories.labels import SoldDelays, sold_delays
from training.histories.scratch import NoData, Scratch, scratch, text

BIDS, LEADS, SUMMARY = "bids.parquet", "leads.parquet", "summary.json"
DAY_S = 86_400.0


class VerticalCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One vertical's rows. Of bids: won, lost, or not decided yet. Of leads bought: matured, and what they came to."""

    vertical: str
    bids: int
    won: int
    lost: int
    undecided: int
    leads: int
    matured: int
    converted: int
    returned: int


class DatasetSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset holds of pings from `since` to `until`; outcomes are known until `as_of`. Epoch seconds.

    `declined` is by reason, `posts` by what was answered, `traffic` are the pings of each vertical by hour of the week
    on the buyer's clock, Monday first. `delays` say how long conversions of each vertical took, of all leads under no
    name and by seller, as outcomes were heard until `known_until`. By name, `left_out` are rows that found no partner
    or tell nothing, and `noted` is what else should be known of the rows that are there.
    """

    since: float
    until: float
    as_of: float
    known_until: float = 0.0
    delays: dict[str, dict[str, DelayCurve]] = {}
    maturity_s: float
    conversion: Disposition = "sold"
    pings: int
    with_bid: int
    tests: int
    repeats: int
    declined: dict[str, int]
    posts: dict[str, int]
    verticals: tuple[VerticalCounts, ...]
    traffic: dict[str, list[int]]
    left_out: dict[str, int]
    noted: dict[str, int]


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
    once = (tuple(dict.fromkeys(path.resolve() for path in paths)) for paths in (journals, sold, heard))
    return DatasetSources(*once)


def gather(
    sources: DatasetSources, rules: DatasetRules, declared: DeclaredVerticals, out: Path, tell: Callable[[str], None]
) -> DatasetSummary:
    """Write both files into `out`, each whole or not at all, and the summary; `tell` hears how far it is.

    What does not fit into memory lies on the disk meanwhile. Raises NoData, ParquetError, OSError.
    """
    out.mkdir(parents=True, exist_ok=True)
    with scratch(out) as database:
        asked = flatten(sources.journals, database.folder, declared.zone, rules, tell)
        if asked.latest == 0.0:
            raise NoData(f"{', '.join(map(str, sources.journals))} holds no line: name the service's own directory")
        tell("joining")
        counts: Counter[str] = Counter()
        as_of = joining.take_in(database, sources, rules)
        delays = sold_delays(database, rules, as_of)
        if rules.maturity_s is None:
            days = delays.maturity_days or MATURITY_DAYS
            tell(f"a lead matures within {days:g} days: {_reason(delays)}")
            rules = msgspec.structs.replace(rules, maturity_s=days * DAY_S)
        joining.advance(database, rules, as_of, counts)
        # Journals end where they were copied or where a service stopped: what came after nobody can know.
        joining.meet(database, rules, horizon=min(rules.now, asked.latest))
        tell("writing")
        _write(database, joining.bids(), out / BIDS)
        rows = joining.leads(declared.verticals.values(), delays.known_until, (rules.maturity_s or 0.0) / DAY_S)
        _write(database, rows, out / LEADS)
        summary = _summary(database, asked, rules, as_of, counts, delays)
    (out / SUMMARY).write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
    return summary


@contextmanager
def leads_at(path: Path, config: Path, tell: Callable[[str], None]) -> Iterator[Path]:
    """The file of leads that `path` means, as long as it is needed. Raises TrainingError, ParquetError."""
    if not path.is_dir():
        yield path
    elif (path / LEADS).is_file():
        yield path / LEADS
    elif not (path / "journal").is_dir():
        raise NoData(f"{path} is no service's data directory and no dataset: it has neither journal nor {LEADS}")
    else:
        rules = DatasetRules(now=time.time())
        with TemporaryDirectory(prefix="leads-") as folder:
            gather(sources_of([path]), rules, declared(config), Path(folder), tell)
            yield Path(folder) / LEADS


def read_summary(data: Path) -> DatasetSummary:
    """The summary of a dataset that lies there. NoData where none does."""
    if data.is_file():
        raise NoData(f"{data} is a file: this reads a service's own bids, in the folder that `dataset --out` made")
    try:
        return msgspec.json.decode((data / SUMMARY).read_bytes(), type=DatasetSummary)
    except FileNotFoundError:
        raise NoData(f"{data} holds no dataset: run `python -m training dataset --out {data}` first") from None
    except msgspec.DecodeError as error:
        raise NoData(f"{data / SUMMARY} cannot be read ({error}): make the dataset again") from None


def _reason(delays: SoldDelays) -> str:
    """Why a lead is given so many days where nobody names them."""
    if delays.curves:
        return "by then 95 % of conversions are in"
    return f"fewer than {CONVERSIONS_MIN} conversions are known, so that nothing else is proposed"


def _write(database: Scratch, rows: str, path: Path) -> None:
    made = database.folder / path.name
    database.do(f"COPY ({rows}) TO {text(str(made))} (FORMAT parquet, COMPRESSION zstd)")
    made.replace(path)


def _summary(
    database: Scratch,
    asked: PingRows,
    rules: DatasetRules,
    as_of: float,
    counts: Counter[str],
    delays: SoldDelays,
) -> DatasetSummary:
    def count(what: str, values: Sequence[float] = ()) -> int:
        return int(database.one(f"SELECT count(*) FROM {what}", *values)[0])  # noqa: S608 - words of our own

    trade = asked.trade
    left_out = {name: count(*what) for name, what in joining.left_out(rules).items()}
    left_out["lines that cannot be read"] = trade.unread
    noted = {name: count(what) for name, what in joining.NOTED.items()}
    trades = (dict(zip(VerticalCounts.__struct_fields__, row, strict=True)) for row in database.rows(joining.TRADES))
    return DatasetSummary(
        since=asked.first,
        until=asked.last,
        as_of=as_of,
        known_until=delays.known_until,
        delays=delays.curves,
        maturity_s=rules.maturity_s or 0.0,
        conversion=rules.conversion,
        pings=trade.pings,
        with_bid=trade.bids,
        tests=trade.tests,
        repeats=trade.repeats,
        declined=dict(trade.reasons.most_common()),
        posts=dict(database.rows(joining.POSTS)),
        verticals=tuple(VerticalCounts(**trade) for trade in trades),
        traffic=asked.traffic,
        left_out={name: count for name, count in left_out.items() if count},
        noted={name: count for name, count in {**noted, **counts}.items() if count},
    )
