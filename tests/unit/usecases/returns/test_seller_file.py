"""Bills and answers are read in whatever form sellers' spreadsheets have."""

from pathlib import Path

import pytest

from app.domain.returns.bill import BilledLine
from app.spreadsheet import UnusableFile
from app.usecases.returns.seller_file import (
    amount_cents,
    billed_lines,
    by_any_spelling,
    read_bill,
    read_replies,
    return_replies,
)
from tests.table import each_row


def bill(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[BilledLine]:
    path = tmp_path / "bill.csv"
    path.write_bytes(text.encode(encoding))
    return list(billed_lines(read_bill(path), []))


@each_row(
    ("text", "cents"),
    [
        ("$1,234.50", 123_450),
        ("1234.5", 123_450),
        ("1.234,50", 123_450),
        ("1.234,50 $", 123_450),
        ("12,50", 1_250),
        ("USD 12.50", 1_250),
        ("(12.50)", -1_250),
        ("-$12.50", -1_250),
        ("12.50-", -1_250),
        ("0", 0),
        ("twelve", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, cents: int | None) -> None:
    assert amount_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Lead ID,Sold Date,Price\nab12,11/03/2026,$21.40\n", "utf-8"),
        ("Lead ID;Sold Date;Price\nab12;03.11.2026;21,40\n", "utf-8-sig"),
        ("Acme Leads LLC\n\nDate\tReference ID\tPayout (USD)\tcost\nNov 3, 2026\tAB12\tx\t21.40\n", "utf-16"),
        ("Your Reference;Unit Price (USD);Date\nab12;21,40 USD;03.11.2026\nGrand Total;;\n", "cp1252"),
        ('Invoice #,Lead GUID,Affiliate,Amount Due\n1182,AB12,x,"$21.40"\nTotal,,,"$21.40"\n', "utf-8"),
        ('"buyer_lead_id","amount"\n"ab12","21.4"\nTotal,21.40\n', "cp1252"),
    ],
)
def test_a_bill_is_read_under_other_heads_and_signs(tmp_path: Path, text: str, encoding: str) -> None:
    (line,) = bill(tmp_path, text, encoding)
    assert "ab12" in line.ids
    assert line.price_cents == 2_140


def test_a_bill_whose_prices_stand_under_an_unknown_head_never_passes_as_owed(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match=r"line 2 holds an amount.*`amount`; there are: lead_id, Honorarium"):
        bill(tmp_path, "lead_id,Honorarium\nab12,$99.00\n")


@pytest.mark.parametrize("text", ["", "N/A", "-", "null"])
def test_a_line_without_an_amount_is_billed_at_its_bid(tmp_path: Path, text: str) -> None:
    (line,) = bill(tmp_path, f"lead_id,price\nab12,{text}\n")
    assert line.price_cents is None


def test_a_sellers_own_ids_are_known_in_any_spelling_that_means_one_of_them() -> None:
    known = by_any_spelling(
        [("A-1", 1), ("AbC", 2), ("aBc", 3), ("", 4), ("{6F9619FF-8B86-D011-B42D-00CF4FC964FF}", 5)]
    )
    assert (known["A-1"], known["a-1"], known["AbC"], known["aBc"]) == (1, 1, 2, 3)
    assert known["6f9619ff8b86d011b42d00cf4fc964ff"] == 5
    assert not {"abc", ""} & set(known)


def test_every_column_of_ids_may_name_the_lead(tmp_path: Path) -> None:
    (line,) = bill(tmp_path, "transaction_id,ping_id,price\nT-1,Cx9,5\n")
    assert line.ids[:2] == ("Cx9", "T-1") or {"T-1", "Cx9"} <= set(line.ids)


def test_a_bill_without_prices_is_billed_as_owed_and_says_so(tmp_path: Path) -> None:
    path, notes = tmp_path / "bill.csv", list[str]()
    path.write_text("Reference;Betrag\nab12;7,50\n")
    assert [line.price_cents for line in billed_lines(read_bill(path), notes)] == [None]
    assert notes == [
        "no column of prices, as `amount`: each lead counts as billed at its bid; there are: Reference, Betrag"
    ]


def test_what_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="line 3: 'free'"):
        bill(tmp_path, "lead_id,price\nab12,5\nab13,free\n")
    with pytest.raises(UnusableFile, match="no column of lead ids"):
        bill(tmp_path, "who,price\nab12,5\n")


def test_answers_are_read_in_the_sellers_words(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("Lead,Decision,Comments\na,Approved,sorry\nb,DENIED,\nc,perhaps,\n", encoding="utf-8")
    replies = [reply for _, _, reply in return_replies(read_replies(path), [])]
    assert [(each.lead_id, each.answer, each.note) for each in replies if each is not None] == [
        ("a", "accepted", "sorry"),
        ("b", "refused", ""),
    ]
    assert replies[2] is None
