"""Reads what sellers send as CSV, under whatever heads: their bills, and their answers to returns."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from app.csv_file import CsvFile, CsvRow, csv_rows, read_csv_file
from app.dialects.returns import RETURN_COLUMNS, answer_word
from app.dialects.text import alike
from app.domain.delivery.record_id import plain_id
from app.domain.money import cents
from app.domain.returns.bill import BilledLine
from app.spreadsheet import UnusableFile
from app.wire.returns import ReturnReply

_IDS = (
    "lead_id leadbid_id leadbid_lead_id buyer_lead_id ping_id bid_id seller_lead_id your_lead_id reference "
    "reference_id ref lead transaction_id txid lead_guid guid confirmation_id event_id external_id uuid id"
)
_PRICES = (
    "price amount cost payout lead_price bid bid_price sold_price selling_price sale_price price_usd amount_usd cpl "
    "rate billed billed_amount charge revenue net net_price total"
)
_DATES = "date sold_at sold_date sale_date created created_at timestamp time datetime lead_date posted_at day"

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
    if "price" not in sheet.columns:
        named = ", ".join(sheet.file.names)
        notes.append(f"no column of prices, as `amount`: each lead counts as billed at its bid; there are: {named}")
    for row, ids in _rows(sheet, notes):
        text = _cell(sheet, row, "price")
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
    ids = tuple([heads.index(name) for name in map(alike, _IDS.split()) if name in heads])
    if not ids:
        raise UnusableFile(
            f"{path} has no column of lead ids, as `lead_id` or `ping_id`; there are: {', '.join(file.names)}"
        )
    columns = {
        meaning: next(heads.index(name) for name in theirs if name in heads)
        for meaning, theirs in names.items()
        if any(name in heads for name in theirs)
    }
    return SellerSheet(file=file, ids=ids, columns=columns)


def _rows(sheet: SellerSheet, notes: list[str]) -> Iterator[tuple[CsvRow, tuple[str, ...]]]:
    for row in csv_rows(sheet.file, notes):
        told = [plain_id(row.cells[place]) for place in sheet.ids]
        # Ours are in lower case, whatever a spreadsheet made of them.
        ids = tuple(dict.fromkeys(filter(None, [*told, *map(str.lower, told)])))
        if ids:
            yield row, ids
        else:
            notes.append(f"line {row.line}: it names no lead, left out")


def _cell(sheet: SellerSheet, row: CsvRow, meaning: str) -> str:
    place = sheet.columns.get(meaning)
    return "" if place is None else row.cells[place].strip()
