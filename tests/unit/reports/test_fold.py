"""Lines read by their kinds."""

from typing import get_args

import pytest

from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine
from app.reports.fold import fold
from tests.build import NOW
from tests.trading_day import trading_day


class Kinds:
    """A reader that writes down by which of its methods each line came."""

    def __init__(self) -> None:
        self.read: list[tuple[str, AnyLine]] = []

    def ping(self, line: PingLine) -> None:
        self.read.append(("ping", line))

    def repeat(self, line: RepeatLine) -> None:
        self.read.append(("repeat", line))

    def refused(self, line: RefusedLine) -> None:
        self.read.append(("route", line))

    def post(self, line: PostLine) -> None:
        self.read.append(("post", line))

    def notice(self, line: NoticeLine) -> None:
        self.read.append(("notice", line))


def test_every_kind_of_line_is_read_by_its_own_method_and_in_order(tmp_path_factory: pytest.TempPathFactory) -> None:
    notice = NoticeLine(at=NOW, seller="acme", ping_id="b", result="won")
    every = [*trading_day(tmp_path_factory.mktemp("day")).lines, notice]
    kinds = Kinds()
    fold(every, kinds)
    assert [line for _, line in kinds.read] == every
    assert [kind for kind, _ in kinds.read] == [line.__struct_config__.tag for line in every]
    assert {kind for kind, _ in kinds.read} == {kind.__struct_config__.tag for kind in get_args(AnyLine)}
