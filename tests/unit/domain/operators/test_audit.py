"""The log of operators' acts shows whatever was done to it."""

from itertools import accumulate

import pytest
from msgspec.structs import replace

from app.domain.operators.audit import AuditHead, AuditLine, OperatorAct, hash_of, next_line, verify
from tests.table import each_row

NOW = 1_795_190_400.0


def log(count: int) -> list[AuditLine]:
    """So many acts, one a second."""

    def after(former: AuditLine, number: int) -> AuditLine:
        return next_line(head_of(former), act(number), NOW + number)

    first = next_line(AuditHead(), act(1), NOW + 1)
    return list(accumulate(range(2, count + 1), after, initial=first))


def act(number: int) -> OperatorAct:
    return OperatorAct(by="os:ada", action="pause", target=f"campaign-{number}", why="storm")


def head_of(line: AuditLine) -> AuditHead:
    return AuditHead(number=line.number, hash=line.hash)


def rewritten(lines: list[AuditLine], first: int) -> list[AuditLine]:
    """The lines from this one on with hashes that are right again."""
    kept = lines[:first]
    for line in lines[first:]:
        kept.append(replace(line, hash=hash_of(kept[-1].hash if kept else "", line)))
    return kept


def test_a_log_that_nobody_touched_is_whole() -> None:
    lines = log(5)
    verdict = verify(lines, [head_of(lines[1]), head_of(lines[4]), AuditHead()])
    assert (verdict.lines, verdict.head, verdict.anchors, verdict.faults) == (5, head_of(lines[4]), 2, ())
    assert verify([]).faults == ()


@each_row("field", ["at", "told_by", "action", "target", "detail", "why"])
def test_a_line_whose_any_word_was_altered_is_named(field: str) -> None:
    lines = log(5)
    lines[2] = replace(lines[2], **{field: 1.0 if field == "at" else "other"})
    assert verify(lines).faults == ("line 3 was altered, or does not belong after line 2",)


def test_a_line_altered_with_its_hash_does_not_fit_the_next() -> None:
    lines = log(5)
    altered = replace(lines[2], why="all well")
    lines[2] = replace(altered, hash=hash_of(lines[1].hash, altered))
    assert verify(lines).faults == ("line 4 was altered, or does not belong after line 3",)


def test_removed_lines_are_named_also_at_the_beginning() -> None:
    lines = log(6)
    assert verify(lines[:1] + lines[3:]).faults == ("lines 2 to 3 are missing",)
    assert verify(lines[1:]).faults == ("line 1 is missing",)


def test_lines_that_changed_places_are_named() -> None:
    lines = log(4)
    lines[1], lines[2] = replace(lines[2], number=2), replace(lines[1], number=3)
    faults = verify(lines).faults
    assert "line 2 was altered, or does not belong after line 1" in faults
    assert "line 3 was altered, or does not belong after line 2" in faults


def test_lines_cut_off_at_the_end_are_named_by_a_head_kept_elsewhere() -> None:
    lines = log(5)
    kept = head_of(lines[4])
    assert verify(lines[:3]).faults == ()
    assert verify(lines[:3], [kept]).faults == (
        "lines 4 to 5 are missing at the end: a head kept elsewhere names line 5",
    )
    assert verify([], [kept]).faults == ("lines 1 to 5 are missing at the end: a head kept elsewhere names line 5",)


def test_a_log_that_was_written_anew_does_not_fit_a_head_kept_elsewhere() -> None:
    lines = log(5)
    kept = head_of(lines[4])
    lines[1] = replace(lines[1], why="all well")
    forged = rewritten(lines, 1)
    assert verify(forged).faults == ()
    (fault,) = verify(forged, [kept]).faults
    assert fault.startswith("line 5 is not the one whose hash was kept elsewhere")


def test_no_two_logs_share_a_hash_by_moving_text_between_fields() -> None:
    one = next_line(AuditHead(), OperatorAct(by="a", action="b", target="c", detail="de", why="f"), NOW)
    other = next_line(AuditHead(), OperatorAct(by="a", action="b", target="c", detail="d", why="ef"), NOW)
    assert one.hash != other.hash


def test_a_head_is_read_as_it_is_printed() -> None:
    head = head_of(log(1)[0])
    assert AuditHead.read(f" {head}\n") == head
    for wrong in ("", "1", "1:abc", f"x:{head.hash}", f"1:{head.hash.upper()}"):
        with pytest.raises(ValueError, match="write NUMBER:HASH"):
            AuditHead.read(wrong)
