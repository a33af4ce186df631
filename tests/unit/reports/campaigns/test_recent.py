"""A page never waits long for the journal: it shows what was read last, or that it is being read."""

import asyncio
from pathlib import Path
from threading import Event

from msgspec.structs import replace

from app.journal.lines import PostLine
from app.reports.campaigns.recent import KEPT_S, RecentPings
from app.reports.campaigns.sample import JournalSample, LiveCurves, Sample
from tests.build import NOW, model, seller
from tests.journal import written

CURVES = LiveCurves(models={"solar": model()}, sellers={"acme": seller()}, zone="America/Chicago")


def won(number: int) -> PostLine:
    return PostLine(at=NOW, seller="acme", ping_id=f"bid-{number}", status="accepted", campaign="solar-tx")


def test_a_reading_is_kept_for_a_while_and_read_again_after_it(tmp_path: Path) -> None:
    async def scene() -> list[int]:
        recent = RecentPings(JournalSample(written(tmp_path, won(1))))
        first = await recent.sample(CURVES, NOW)
        written(tmp_path, won(2))
        later = [await recent.sample(CURVES, now) for now in (NOW + KEPT_S - 1.0, NOW + KEPT_S)]
        return [len(each.posted) for each in (first, *later)]

    assert asyncio.run(scene()) == [1, 1, 2]


def test_while_the_journal_is_read_a_page_says_so_and_then_shows_what_was_read_last(tmp_path: Path) -> None:
    written(tmp_path, *[won(number) for number in range(300)])
    go_on = Event()

    def rest() -> None:
        go_on.wait(10.0)

    async def scene() -> list[Sample]:
        recent = RecentPings(JournalSample(tmp_path, rest))
        first = await asyncio.gather(recent.sample(CURVES, NOW), recent.sample(CURVES, NOW))
        go_on.set()
        while (whole := await recent.sample(CURVES, NOW + 1.0)).is_counting:
            pass
        go_on.clear()
        written(tmp_path, won(1_000))
        stale = await recent.sample(CURVES, NOW + 2 * KEPT_S)
        other = await recent.sample(replace(CURVES, models={}), NOW + 2 * KEPT_S)
        go_on.set()
        return [*first, whole, stale, other]

    one, two, whole, stale, other = asyncio.run(scene())
    assert one.is_counting
    assert two.is_counting
    assert (len(whole.posted), whole.is_counting) == (300, False)
    assert stale is whole, "the former one, while it is read anew"
    assert other.is_counting, "of other models there is none yet"


def test_prices_are_searched_for_once_for_all_who_look_at_the_same_sample(tmp_path: Path) -> None:
    async def scene() -> None:
        recent = RecentPings(JournalSample(written(tmp_path, won(1))))
        first = await recent.prices(CURVES, "seller", "", "", NOW)
        assert await recent.prices(CURVES, "seller", "", "", NOW + 1.0) is first
        assert await recent.prices(CURVES, "state", "", "", NOW + 1.0) is not first
        assert await recent.prices(CURVES, "seller", "", "", NOW + KEPT_S) is not first

    asyncio.run(scene())
