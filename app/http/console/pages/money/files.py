"""Leads and invoices as files: written aside in a thread first, so that a slow reader holds up no other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from app.http.console.view import Attachment, NotShown
from app.parquet import ParquetError, write
from app.reports.money.lead_account import LeadAccount
from app.reports.money.rows import ROWS_MAX, AccountColumns, account_columns, csv_text

_PIECE = 256 * 1_024


async def attachment(name: str, media_type: str, fill: Callable[[Path], Awaitable[None]]) -> Attachment:
    """The file that `fill` has written at a path."""
    folder = TemporaryDirectory()
    try:
        await fill(Path(folder.name) / "file")
    except ParquetError as reason:
        folder.cleanup()
        raise NotShown(str(reason), 501) from None
    except BaseException:
        folder.cleanup()
        raise
    return Attachment(name=name, media_type=media_type, body=_pieces(folder))


def write_text(path: Path, texts: Iterable[str]) -> None:
    """A text file from its pieces."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(texts)


def write_csv(path: Path, leads: Iterator[LeadAccount]) -> None:
    """A row for each lead, as many as a spreadsheet takes."""
    write_text(path, csv_text(islice(leads, ROWS_MAX)))


def write_parquet(path: Path, leads: Iterator[LeadAccount]) -> None:
    """The same as Parquet. Raises ParquetError where DuckDB is missing."""
    write(path, AccountColumns, map(account_columns, islice(leads, ROWS_MAX)))


async def _pieces(folder: "TemporaryDirectory[str]") -> AsyncIterator[bytes]:
    with folder, (Path(folder.name) / "file").open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
