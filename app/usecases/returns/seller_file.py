"""Reads what sellers send as CSV, under whatever heads: their bills, and their answers to returns."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from app.csv_file import CsvFile, CsvRow, csv_rows, read_csv_file
from app.dialects.returns import RETURN_COLUMNS, answer_word
from app.dialects.text import alike, is_absent
from app.domain.delivery.record_id import plain_id, spelling_of
from app.domain.money import cents
from app.domain.returns.bill import BilledLine
from app.spreadsheet import UnusableFile
from app.wire.returns import ReturnReply

T = TypeVar("T")

_IDS = (
    "lead_id leadbid_id leadbid_lead_id buyer_lead_id ping_id bid_id seller_lead_id your_lead_id reference "
    "reference_id ref lead transaction_id txid lead_guid guid confirmation_id event_id external_id uuid id"
)
_PRICES = (
    "price amount cost payout lead_price bid bid_price sold_price selling_price sale_price price_usd amount_usd cpl "
    "rate billed billed_amount charge revenue net net_price total"
)
_DATES = "date sold_at sold_date sale_date created created_at timestamp time datetime lead_date posted_at day"

_FILLERS = (
    "your our my the of per in us usd dollars unit due net final lead leads buyer buyers seller sellers partner vendor "
    "publisher affiliate no nr num number"
)
"""What sellers put around the name of a column: "Your Reference", "Amount Due", "Unit Price (USD)"."""

_EUROPEAN = re.compile(r"\d{1,3}(?:[. ]\d{3})+,\d{2}|\d+,\d{2}")
_CURRENCY = re.compile(r"USD|US\$|\$|\s|\u00a0", re.IGNORECASE)


class SellerSheet(msgspec.Struct, frozen=True, kw_only=True):
    """How a seller's file is written: where its ids stand, and one column for each other meaning."""

    file: CsvFile
    ids: tuple[int, ...]
    columns: dict[str, int]

    @property
    def heads(self) -> dict[str, str]:
        """What each column is taken for, for people to see."""
        names = self.file.names
        return {"id": ", ".join(names[place] for place in self.ids)} | {
            meaning: names[place] for meaning, place in self.columns.items()
        }


def read_bill(path: Path) -> SellerSheet:
    """The columns of a bill. UnusableFile where none of them names leads."""
    return _sheet(path, {"price": _PRICES.split(), "date": _DATES.split()})


def billed_lines(sheet: SellerSheet, notes: list[str]) -> Iterator[BilledLine]:
    """Every line of a bill; `notes` hear what is left out. UnusableFile names a price that cannot be read."""
    named, is_priced = ", ".join(sheet.file.names), "price" in sheet.columns
    if not is_priced:
        notes.append(f"no column of prices, as `amount`: each lead counts as billed at its bid; there are: {named}")
    for row, ids in _rows(sheet, notes):
        if not is_priced and any("$" in cell for cell in row.cells):
            raise UnusableFile(
                f"{sheet.file.path}: line {row.line} holds an amount, but no column is called as prices are: name it "
                f"`amount`; there are: {named}"
            )
        text = _cell(sheet, row, "price")
        text = "" if is_absent(text) else text
        amount = amount_cents(text) if text else None
        if text and amount is None:
            raise UnusableFile(f"{sheet.file.path}: line {row.line}: {text!r} is no amount, as $12.50 is")
        yield BilledLine(line=row.line, ids=ids, price_cents=amount, date=_cell(sheet, row, "date"))


def read_replies(path: Path) -> SellerSheet:
    """The columns of a seller's answers to returns. UnusableFile where none of them answers."""
    wanted = {name: [*names] for name, names in RETURN_COLUMNS.items()}
    sheet = _sheet(path, wanted)
    if "answer" not in sheet.columns:
        raise UnusableFile(f"{path} has no column that answers, as `answer`; there are: {', '.join(sheet.file.names)}")
    return sheet


def return_replies(sheet: SellerSheet, notes: list[str]) -> Iterator[tuple[int, tuple[str, ...], ReturnReply | None]]:
    """The line, the ids and the answer of every row; None where its word is none."""
    for row, ids in _rows(sheet, notes):
        answer = answer_word(_cell(sheet, row, "answer"))
        note = _cell(sheet, row, "note")
        yield row.line, ids, None if answer is None else ReturnReply(lead_id=ids[0], answer=answer, note=note)


def by_any_spelling(named: Iterable[tuple[str, T]]) -> dict[str, T]:
    """What sellers call so, by their ids and by spellings of these that can mean one of them only."""
    exact = {name: each for name, each in named if name}
    spelled = defaultdict[str, list[T]](list)
    for name, each in exact.items():
        spelled[spelling_of(name)].append(each)
    return {spelling: each[0] for spelling, each in spelled.items() if len(each) == 1} | exact


def amount_cents(text: str) -> int | None:
    """An amount as sellers write it: $1,234.50, 1.234,50, (12.50) and -12.50 for a credit; None where it is none."""
    plain = _CURRENCY.sub("", text)
    is_credit = plain.startswith(("(", "-")) or plain.endswith("-")
    plain = plain.strip("()-")
    if _EUROPEAN.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    amount = cents(plain) if plain and plain != "." else None
    return None if amount is None else -amount if is_credit else amount


def _sheet(path: Path, wanted: Mapping[str, list[str]]) -> SellerSheet:
    file = read_csv_file(path)
    heads = [alike(name) for name in file.names]
    names = {meaning: [alike(each) for each in theirs] for meaning, theirs in wanted.items()}
    ids = _places(heads, [*map(alike, _IDS.split())])
    bare = [_bare(name) for name in file.names]
    ids = ids or _places(bare, [*map(alike, _IDS.split())])
    if not ids:
        raise UnusableFile(
            f"{path} has no column of lead ids, as `lead_id` or `ping_id`; there are: {', '.join(file.names)}"
        )
    found = {meaning: _places(heads, theirs) or _places(bare, theirs) for meaning, theirs in names.items()}
    columns = {meaning: places[0] for meaning, places in found.items() if places}
    return SellerSheet(file=file, ids=ids, columns=columns)


def _places(heads: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """Where columns of these names stand, in the order of the names."""
    return tuple([heads.index(name) for name in names if name in heads])


def _bare(name: str) -> str:
    """A column's name without what sellers put around it."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return "".join([word for word in words if word not in _FILLERS.split()])


def _rows(sheet: SellerSheet, notes: list[str]) -> Iterator[tuple[CsvRow, tuple[str, ...]]]:
    for row in csv_rows(sheet.file, notes):
        told = [plain_id(row.cells[place]) for place in sheet.ids]
        # Ours are in lower case, whatever a spreadsheet made of them, and sellers spell their own in any way.
        ids = tuple(dict.fromkeys(filter(None, [*told, *map(str.lower, told), *map(spelling_of, told)])))
        if ids:
            yield row, ids
        else:
            notes.append(f"line {row.line}: it names no lead, left out")


def _cell(sheet: SellerSheet, row: CsvRow, meaning: str) -> str:
    place = sheet.columns.get(meaning)
    return "" if place is None else row.cells[place].strip()
