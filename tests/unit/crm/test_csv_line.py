"""A lead as a line: whole, in its columns, and never a formula."""

import csv
from io import StringIO
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.crm.csv_line import build_line
from app.domain.delivery.destination import Destination
from app.domain.delivery.sold_lead import LeadDocument
from app.outbound.message import OutboundLine
from tests.table import each_row

NOW = 1_790_000_000.0


def line_of(lead: LeadDocument, at: float = NOW, **file: Any) -> OutboundLine:
    fields = {"lead_id": "lead_id", "first_name": "contact.first_name", "remark": "fields.remark"}
    table = {"name": "sheet", "fields": fields, "file": {"folder": "/srv/leads"} | file}
    declared = msgspec.convert(table, Destination)
    assert declared.file is not None
    return build_line(declared, declared.file, lead, {}, "msg_7", at)


def cells(line: bytes) -> list[str]:
    (row,) = csv.reader(StringIO(line.decode(), newline=""))
    return row


def test_a_line_has_the_deliverys_id_and_the_columns_of_the_destination(lead: LeadDocument) -> None:
    line = line_of(lead)
    assert cells(line.header) == ["delivery_id", "lead_id", "first_name", "remark"]
    assert cells(line.line) == ["msg_7", lead["lead_id"], "Zoë & <Co>", ""]
    assert line.file == "/srv/leads/leads-2026-09-21.csv"
    assert lead["lead_id"] not in repr(line)


def test_the_day_is_that_of_the_time_zone(lead: LeadDocument) -> None:
    at = 1_790_035_200.0  # 2026-09-22 00:00 UTC
    assert line_of(lead, at, name="solar").file.endswith("/solar-2026-09-22.csv")
    assert line_of(lead, at, time_zone="America/Chicago").file.endswith("/leads-2026-09-21.csv")


@each_row(
    ("said", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        (" =1", "'=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("+15125550134", "+15125550134"),
        ("-12.5", "-12.5"),
        ("a\r\nb", "a b"),
        ('a";"=1', 'a";"=1'),
    ],
)
def test_no_cell_is_a_formula(said: str, written: str, lead: LeadDocument) -> None:
    line = line_of({**lead, "fields": {"remark": said}})
    assert cells(line.line)[-1] == written


@given(name=st.text(max_size=40), remark=st.text(max_size=40))
def test_a_line_is_one_line_whatever_a_lead_holds(name: str, remark: str) -> None:
    line = line_of({"lead_id": "x", "contact": {"first_name": name}, "fields": {"remark": remark}}).line
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert len(cells(line)) == 4
