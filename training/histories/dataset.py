"""Joins what was bid with what was bought and what became of it: two files of rows that models learn from."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from training.histories import joining
from training.histories.declared import DeclaredVerticals
from training.histories.journaled import DatasetRules, DatasetSources, PingCounts, flatten
from training.histories.scratch import NoData, Scratch, scratch, text

BIDS, LEADS, SUMMARY = "bids.parquet", "leads.parquet", "summary.json"


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
    on the buyer's clock, Monday first. By name, `left_out` are rows that found no partner or tell nothing, and `noted`
    is what else should be known of the rows that are there.
    """

    since: float
    until: float
    as_of: float
    maturity_s: float
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


def gather(
    sources: DatasetSources, rules: DatasetRules, declared: DeclaredVerticals, out: Path, tell: Callable[[str], None]
) -> DatasetSummary:
    """Write both files into `out`, each whole or not at all, and the summary; `tell` hears how far it is.

    What does not fit into memory lies on the disk meanwhile. Raises NoData, ParquetError, OSError.
    """
    out.mkdir(parents=True, exist_ok=True)
    with scratch(out) as database:
        asked = flatten(sources.journals, database.folder, declared.zone, rules, tell)
        if asked.last_at == 0.0:
            raise NoData(f"{', '.join(map(str, sources.journals))} holds no line: name the service's own directory")
        tell("joining")
        counts: Counter[str] = Counter()
        as_of = joining.take_in(database, sources, rules)
        joining.advance(database, rules, as_of, counts)
        # Journals end where they were copied or where a service stopped: what came after nobody can know.
        joining.meet(database, rules, horizon=min(rules.now, asked.last_at))
        tell("writing")
        _write(database, joining.bids(), out / BIDS)
        _write(database, joining.leads(declared.verticals.values()), out / LEADS)
        summary = _summary(database, asked, rules, as_of, counts)
    (out / SUMMARY).write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
    return summary


def read_summary(data: Path) -> DatasetSummary:
    """The summary of a dataset that lies there. NoData where none does."""
    try:
        return msgspec.json.decode((data / SUMMARY).read_bytes(), type=DatasetSummary)
    except FileNotFoundError:
        raise NoData(f"{data} holds no dataset: run `python -m training dataset --out {data}` first") from None
    except msgspec.DecodeError as error:
        raise NoData(f"{data / SUMMARY} cannot be read ({error}): make the dataset again") from None


def _write(database: Scratch, rows: str, path: Path) -> None:
    made = database.folder / path.name
    database.do(f"COPY ({rows}) TO {text(str(made))} (FORMAT parquet, COMPRESSION zstd)")
    made.replace(path)


_COUNTED = ("since", "until", "pings", "with_bid", "tests", "repeats", "traffic")


def _summary(
    database: Scratch, asked: PingCounts, rules: DatasetRules, as_of: float, counts: Counter[str]
) -> DatasetSummary:
    left_out = {
        name: database.one(f"SELECT count(*) FROM {what}", *values)[0]  # noqa: S608 - words of our own
        for name, (what, values) in joining.left_out(rules).items()
    }
    left_out["lines that cannot be read"] = asked.unread
    noted = {
        name: database.one(f"SELECT count(*) FROM {what}")[0]  # noqa: S608 - the same
        for name, what in joining.NOTED.items()
    }
    return DatasetSummary(
        **{name: getattr(asked, name) for name in _COUNTED},
        as_of=as_of,
        maturity_s=rules.maturity_s,
        declined=dict(asked.declined.most_common()),
        posts=dict(database.rows(joining.POSTS)),
        verticals=tuple(
            VerticalCounts(**dict(zip(VerticalCounts.__struct_fields__, row, strict=True)))
            for row in database.rows(joining.TRADES)
        ),
        left_out=_found(left_out),
        noted=_found({**noted, **counts}),
    )


def _found(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
