"""Lines read by their kinds."""

import ast
from pathlib import Path
from typing import get_args

import pytest

from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.reports.fold import fold
from tests.build import NOW
from tests.trading_day import trading_day

ROOT = Path(__file__).parents[3]


class Kinds:
    """A reader that writes down by which of its methods each line came."""

    def __init__(self) -> None:
        self.read: list[tuple[str, AnyLine]] = []

    def ping(self, line: PingLine) -> None:
        self.read.append(("ping", line))

    def repeat(self, line: RepeatLine) -> None:
        self.read.append(("repeat", line))

    def refused(self, line: RefusedLine) -> None:
        self.read.append(("refused", line))

    def post(self, line: PostLine) -> None:
        self.read.append(("post", line))

    def notice(self, line: NoticeLine) -> None:
        self.read.append(("notice", line))

    def retain(self, line: RetainLine) -> None:
        self.read.append(("retain", line))


def test_every_kind_of_line_is_read_by_its_own_method_and_in_order(tmp_path_factory: pytest.TempPathFactory) -> None:
    notice = NoticeLine(at=NOW, seller="acme", ping_id="b", result="won")
    lost = RetainLine(at=NOW, seller="acme", lead_id="c", check="tf", result="lost", deadline_at=NOW, attempts=3)
    every = [*trading_day(tmp_path_factory.mktemp("day")).lines, notice, lost]
    kinds = Kinds()
    fold(every, kinds)
    assert [line for _, line in kinds.read] == every
    assert [kind for kind, _ in kinds.read] == [line.__struct_config__.tag for line in every]
    assert {kind for kind, _ in kinds.read} == {kind.__struct_config__.tag for kind in get_args(AnyLine)}


KINDS = {kind.__name__ for kind in get_args(AnyLine)}
KNOWERS = {
    "app/cli/service/doctor/journal.py": "which sales a journal tells of, read from damaged lines, too",
    "app/drill/kit/stepped/books.py": "what was decided and sold, read by an auditor who trusts no reader of ours",
    "app/journal/flat.py": "what each kind says in columns",
    "app/journal/nameless.py": "which kind says who somebody is, below every reader",
    "app/journal/retention.py": "which pings were bought and are kept longer, below every reader",
    "app/reports/fold.py": "every reader's way to them",
    "app/usecases/people/find.py": "by which ids the other lines of a ping are found",
    "app/usecases/monitoring/traced_journal.py": "what a span tells of each decision, below every reader",
    "app/usecases/standing/restore.py": "which bids are promises still: three kinds of five",
}


def test_nobody_else_takes_lines_apart_by_their_kind() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for package in ("app", "training")
        for path in (ROOT / package).rglob("*.py")
        if any(kind in (text := path.read_text(encoding="utf-8")) for kind in KINDS)
        and any(check in text for check in ("isinstance(", "case "))
        and any(map(_tells_kinds_apart, ast.walk(ast.parse(text))))
    }
    assert found == set(KNOWERS)


def _tells_kinds_apart(node: ast.AST) -> bool:
    is_check = isinstance(node, ast.MatchClass) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
    )
    return is_check and any(isinstance(each, ast.Name) and each.id in KINDS for each in ast.walk(node))
