"""Files for spreadsheets: no cell begins a formula, whatever a seller wrote, and no column is about a person."""

import csv
from io import StringIO

from app.domain.returns.invoice import LedgerLine
from app.reports.money.invoice_rows import invoice_text
from app.reports.money.lead_account import LeadAccount
from app.reports.money.rows import AccountColumns, csv_text
from tests.hostile import filled
from tests.table import each_row


@each_row("text", ['=HYPERLINK("http://evil.example")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "a\n=1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    for pieces in (csv_text([filled(LeadAccount, text)]), invoice_text([filled(LedgerLine, text)])):
        heads, *rows = csv.reader(StringIO("".join(pieces), newline=""))
        assert len(rows) == 1
        assert any(text.strip() in cell for cell in rows[0]), heads
        for cell in rows[0]:
            assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
            assert not cell.startswith("-") or cell[1:].replace(".", "").isdigit(), cell


def test_a_row_of_a_lead_says_what_it_cost_and_never_whose_it_is() -> None:
    assert set(AccountColumns.__struct_fields__) == {
        *("lead_id", "sold_at", "seller", "sub_id", "campaign", "state", "price_cents", "returned", "credited_cents"),
        *("contacted", "converted", "value_cents", "handling_cents", "checks_millicents", "is_mature"),
        *("to_come_cents", "predicted_cents", "profit_cents"),
    }
