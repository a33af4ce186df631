"""Lines in a file of a day: none lost, none broken, whatever ended the process before."""

import csv
import sys
from io import StringIO
from pathlib import Path

import pytest

from app.outbound.file_drop import MARK, append_line
from app.outbound.message import OutboundLine

HEADER = b'"delivery_id","name"\n'


def line(path: Path, number: int, header: bytes = HEADER) -> OutboundLine:
    return OutboundLine(file=str(path), header=header, line=f'"msg_{number}","Zo\u00eb {number}"\n'.encode())


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(StringIO(path.read_text("utf-8-sig"), newline="")))


def test_names_stand_once_above_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "new" / "leads.csv"
    for number in range(3):
        assert append_line(line(path, number)).status == 200
    assert rows(path) == [["delivery_id", "name"], *[[f"msg_{n}", f"Zo\u00eb {n}"] for n in range(3)]]
    assert path.read_bytes().startswith(MARK)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "leads.csv"
    append_line(line(path, 1))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_write_that_a_crash_cut_anywhere_spoils_no_other_line(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.csv", tmp_path / "leads.csv"
    append_line(line(whole, 1))
    before = whole.read_bytes()
    append_line(line(whole, 2))
    after = whole.read_bytes()
    for cut in range(len(before), len(after)):
        path.write_bytes(after[:cut])
        append_line(line(path, 2))
        append_line(line(path, 3))
        found = rows(path)
        assert found[1] == ["msg_1", "Zo\u00eb 1"]
        assert found[-2:] == [["msg_2", "Zo\u00eb 2"], ["msg_3", "Zo\u00eb 3"]]


@pytest.mark.parametrize("cut", [1, 2, 10, len(HEADER)])
def test_names_that_a_crash_cut_begin_another_file(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes((MARK + HEADER)[:cut])
    append_line(line(path, 1))
    assert rows(tmp_path / "leads.2.csv")[1:] == [["msg_1", "Zo\u00eb 1"]]


def test_other_columns_begin_another_file_and_each_finds_its_own_again(tmp_path: Path) -> None:
    path, other = tmp_path / "leads.csv", b'"delivery_id","first_name"\n'
    for number, header in enumerate((HEADER, other, HEADER, other)):
        append_line(line(path, number, header))
    assert [row[0] for row in rows(path)] == ["delivery_id", "msg_0", "msg_2"]
    assert [row[0] for row in rows(tmp_path / "leads.2.csv")] == ["delivery_id", "msg_1", "msg_3"]


def test_what_cannot_be_written_says_why_and_not_what(tmp_path: Path) -> None:
    (tmp_path / "leads").write_text("a file")
    answer = append_line(line(tmp_path / "leads" / "x.csv", 1))
    assert answer.trouble == "disk"
    assert b"msg_1" not in answer.body
    assert answer.body
