"""The audit log is one chain however many write at once, and holds nobody's phone or email."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, delete, update

from app.domain.operators.audit import AuditHead, AuditVerdict, OperatorAct, verify
from app.store.operators.requested import Switch
from app.store.schema import audit
from app.store.store import Store
from tests.integration.store.world import NOW, in_store

STORES = 3
ACTS = 12


async def verdict(store: Store, *anchors: AuditHead) -> AuditVerdict:
    return verify(await store.audit_log(), anchors)


def test_writers_in_several_processes_make_one_chain(url: str) -> None:
    async def at_once() -> AuditVerdict:
        stores = [Store(url) for _ in range(STORES)]
        acts = [
            store.set_switch(Switch(kind="pause", target=f"c-{number}", told_by=f"os:{index}", told_at=NOW))
            for number in range(ACTS)
            for index, store in enumerate(stores)
        ]
        await asyncio.gather(*acts)
        found = await verdict(stores[0])
        for store in stores:
            await store.close()
        return found

    found = asyncio.run(at_once())
    assert (found.lines, found.head.number, found.faults) == (STORES * ACTS, STORES * ACTS, ())


def test_an_act_that_fails_leaves_no_line(url: str) -> None:
    async def act(store: Store) -> None:
        assert not await store.clear_switch("pause", "nobody", "os:ada", "", NOW)
        assert await store.audit_head() == AuditHead()
        head = await store.note(OperatorAct(by="os:ada", action="look", target="lead-1"), NOW)
        assert (await store.audit_head(), head.number) == (head, 1)

    in_store(url, act)


@pytest.mark.parametrize(
    ("touch", "fault"),
    [
        (update(audit).where(audit.c.number == 2).values(why="other"), "line 2 was altered"),
        (delete(audit).where(audit.c.number == 2), "line 2 is missing"),
        (update(audit).where(audit.c.number == 2).values(number=9), "line 2 is missing"),
        (delete(audit).where(audit.c.number == 4), "line 4 is missing at the end"),
    ],
    ids=["altered", "removed", "reordered", "truncated"],
)
def test_what_was_done_to_it_in_the_database_is_found(url: str, touch: Callable[[], object], fault: str) -> None:
    heads: list[AuditHead] = []

    async def act(store: Store) -> None:
        heads.extend(
            [await store.note(OperatorAct(by="os:ada", action="look", target=f"lead-{n}"), NOW) for n in range(4)]
        )

    async def look(store: Store) -> None:
        assert (await verdict(store, heads[-1])).faults[0].startswith(fault)

    in_store(url, act)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(touch)  # type: ignore[call-overload]
    engine.dispose()
    in_store(url, look)


def test_a_phone_or_email_in_a_reason_is_taken_out(url: str) -> None:
    async def act(store: Store) -> None:
        why = "Ada <ada.l+x@example.com> called from (512) 555-0143,\n or 5125550144"
        await store.note(OperatorAct(by="os:ada", action="forget", target="5125550145", why=why), NOW)
        (line,) = await store.audit_lines()
        assert (line.target, line.why) == ("(removed)", "Ada (removed) called from (removed), or (removed)")

    in_store(url, act)
