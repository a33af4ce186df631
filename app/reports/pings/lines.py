"""The lines about one ping, sorted by what they tell."""

from collections.abc import Iterable

from app.journal.lines import AnyLine, NoticeLine, PingLine, PostLine, RefusedLine, RepeatLine, RetainLine
from app.reports.fold import fold


class LinesOfPing:
    """Each kind in the order in which it was written."""

    def __init__(self, lines: Iterable[AnyLine]) -> None:
        self.pings: list[PingLine] = []
        self.refusals: list[RefusedLine] = []
        self.repeats: list[RepeatLine] = []
        self.posts: list[PostLine] = []
        self.notices: list[NoticeLine] = []
        self.retains: list[RetainLine] = []
        fold(lines, self)

    @property
    def decision(self) -> PingLine | None:
        """The newest: a ping that is asked again after its bid has ended is decided anew."""
        return self.pings[-1] if self.pings else None

    def ping(self, line: PingLine) -> None:
        self.pings.append(line)

    def refused(self, line: RefusedLine) -> None:
        self.refusals.append(line)

    def repeat(self, line: RepeatLine) -> None:
        self.repeats.append(line)

    def post(self, line: PostLine) -> None:
        self.posts.append(line)

    def notice(self, line: NoticeLine) -> None:
        self.notices.append(line)

    def retain(self, line: RetainLine) -> None:
        self.retains.append(line)
