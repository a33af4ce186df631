"""Many who look at a page within a second have it read once, and none of them sees what was before an act."""

import asyncio
from typing import Any, cast

import msgspec
import pytest

from app.domain.buyer import Operator
from app.http.console.kept_views import KEPT_S, KeptViews
from app.http.console.view import ConsoleRequest, NotShown, View


class Count(msgspec.Struct, frozen=True):
    read: int
    at: float


class Part(msgspec.Struct, frozen=True):
    name: str = ""


class Read:
    """A view that takes its time, and counts how often it was read."""

    def __init__(self, *, is_common: bool = True) -> None:
        self.count = 0
        self.view = View(
            path="x", title="", says="", template="", shows=Count, show=self.show, query=Part, is_common=is_common
        )

    async def show(self, asked: ConsoleRequest, query: Part) -> Count:
        self.count += 1
        read = self.count
        await asyncio.sleep(0)
        if query.name == "none":
            raise NotShown("there is none")
        return Count(read, asked.now)


def asked(now: float) -> ConsoleRequest:
    bidder = type("Bidder", (), {"catalogue": type("Catalogue", (), {"buyer": type("Buyer", (), {"zone": "UTC"})})})
    background = cast(Any, type("Background", (), {"bidder": bidder}))
    return ConsoleRequest(operator=Operator(name="ann", key_sha256=()), background=background, now=now)


def looked(read: Read, *nows: float, name: str = "", kept: KeptViews | None = None) -> list[Any]:
    async def all_at_once() -> list[Any]:
        views = kept or KeptViews()
        shown = await asyncio.gather(*[views.of(read.view, asked(at), Part(name)) for at in nows])
        return [each.values for each in shown]

    return asyncio.run(all_at_once())


def test_who_looks_at_the_same_time_sees_one_reading() -> None:
    read = Read()
    assert looked(read, 100.0, 100.0, 100.5) == [Count(1, 100.0)] * 3


def test_what_is_of_one_operator_is_read_for_each() -> None:
    read = Read(is_common=False)
    looked(read, 100.0, 100.0)
    assert read.count == 2


def test_it_is_read_again_after_a_second_for_another_query_and_after_an_act() -> None:
    async def scene() -> list[int]:
        read, views = Read(), KeptViews()

        async def look(at: float, name: str = "") -> int:
            return cast(Count, (await views.of(read.view, asked(at), Part(name))).values).read

        seen = [await look(100.0), await look(100.0 + KEPT_S / 2), await look(100.0 + KEPT_S), await look(101.0, "b")]
        before = asyncio.create_task(look(101.0, "c"))
        await asyncio.sleep(0)
        views.forget()
        return [*seen, await look(101.0, "c"), await before, await look(101.0)]

    assert asyncio.run(scene()) == [1, 1, 2, 3, 5, 4, 6]


def test_what_cannot_be_shown_is_said_to_each_and_not_kept() -> None:
    read, views = Read(), KeptViews()
    for count in (1, 2):
        with pytest.raises(NotShown, match="there is none"):
            looked(read, 100.0, 100.0, name="none", kept=views)
        assert read.count == count
