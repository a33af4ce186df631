"""A fault happens at the touch that was asked for, once, and a full disk of the journal takes half of a write."""

import sqlite3
from pathlib import Path

import pytest

from app.drill.kit.stepped.faults import WEIGHTS, Fault, drawn
from app.drill.kit.stepped.seams import Seams, journal_file
from app.mock_exchange.chance import chance_of


def test_an_error_comes_at_the_touch_it_was_armed_for_and_only_there() -> None:
    happened: list[Fault] = []
    seams = Seams(happened.append)
    fault = Fault(number=1, kind="database_error", place="commit", nth=2)
    for _ in range(2):
        # Every command arms again what has not happened yet.
        seams.arm([fault])
        seams.touch("statement")
        if not happened and seams._left[1] == 2:
            seams.touch("commit")
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        seams.touch("commit")
    seams.arm([fault])
    seams.touch("commit")
    assert happened == [fault]


def test_a_full_disk_takes_a_part_of_what_is_written_and_then_nothing(tmp_path: Path) -> None:
    seams = Seams(lambda _fault: None)
    open_file = journal_file(seams)
    with open_file(tmp_path / "a.jsonl") as file:
        assert file.write(b"x" * 200) == 200
        seams.journal_full = True
        assert file.write(b"y" * 200) == 100
        with pytest.raises(OSError, match="No space left"):
            file.write(b"y" * 100)
    assert (tmp_path / "a.jsonl").read_bytes().startswith(b"x" * 200 + b"y" * 100)


def test_every_kind_of_fault_is_drawn_and_the_same_ones_each_time() -> None:
    faults = [drawn(number, chance_of(3, number)) for number in range(600)]
    assert {fault.kind for fault in faults} == set(WEIGHTS)
    assert faults == [drawn(number, chance_of(3, number)) for number in range(600)]
    assert all((fault.place is not None) == (fault.kind in ("kill", "database_error")) for fault in faults)
