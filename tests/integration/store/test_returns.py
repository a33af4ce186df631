"""A return is credited once, in the windows in which its sale was counted, whatever comes twice, late or in a crowd."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from app.domain.calendar import local_time
from app.domain.post.sale import CapUse, Sale
from app.domain.returns.feedback_wish import FeedbackWish
from app.domain.returns.invoice import invoice_of, month_bounds
from app.domain.returns.policy import ReturnPolicy
from app.store.returns.requests import ReturnResult, ReturnWanted, SellerTerms, WhichReturns
from app.store.store import Store
from app.wire.feedback import Outcome, OutcomeKind
from app.wire.returns import LeadReturn, ReturnReason, ReturnReply
from tests.integration.store.world import a_sale, in_store, refused

T = TypeVar("T")

ROOT = Path(__file__).parents[3]

ZONE = "America/New_York"
DAY_S = 86_400.0
# Around the end of daylight saving and of the month before: 1 November 2026, 01:30 comes twice.
FIRST = datetime(2026, 10, 30, 12, tzinfo=ZoneInfo(ZONE)).timestamp()
NOBODY: dict[str, SellerTerms] = {}


def sale_at(number: int, sold_at: float, price_cents: int) -> Sale:
    labels = local_time(sold_at, ZONE).labels
    uses = [
        CapUse(f"campaign/solar-tx/per-hour//{labels['hour']}", "per-hour", "cap_reached", 10**9, 1),
        CapUse(f"campaign/solar-tx/budget//{labels['day']}", "budget", "budget_exhausted", 10**9, price_cents),
        CapUse(f"seller/acme/budget//{labels['month']}", "budget", "budget_exhausted", 10**9, price_cents),
        CapUse("seller/acme/prepaid-balance//", "prepaid-balance", "budget_exhausted", 10**9, price_cents),
    ]
    return a_sale(number, sold_at=sold_at, price_cents=price_cents, cap_uses=tuple(uses), evidence=())


def accepting(lead_id: str) -> ReturnReply:
    return ReturnReply(lead_id=lead_id, answer="accepted")


def used_by(sales: list[Sale]) -> dict[str, int]:
    used: Counter[str] = Counter()
    for sale in sales:
        used.update({use.counter: use.amount for use in sale.cap_uses})
    return dict(used)


def wanted(sale: Sale, reason: ReturnReason = "invalid_phone") -> ReturnWanted:
    return ReturnWanted(lead=sale.lead_id, reason=reason, why="it rings at a fax", by="os:ada")


async def listed(store: Store, which: WhichReturns) -> list[LeadReturn]:
    page = await store.returns(which)
    assert page is not None
    return page


async def some_at_once(calls: Sequence[Awaitable[T]]) -> list[T]:
    results: list[T] = []
    for start in range(0, len(calls), 8):
        results += await asyncio.gather(*calls[start : start + 8])
    return results


@pytest.mark.parametrize("tenth", [4, pytest.param(100, marks=pytest.mark.long)])
def test_of_many_returns_half_are_credited_to_the_cent(url: str, tenth: int) -> None:
    random = Random(7)
    sales = [sale_at(n, FIRST + random.random() * 4 * DAY_S, random.randrange(500, 9_999)) for n in range(10 * tenth)]
    accepted, declined, outside = sales[: 5 * tenth], sales[5 * tenth : 9 * tenth], sales[9 * tenth :]
    terms = {"acme": SellerTerms(policy=ReturnPolicy(window_s=10 * DAY_S))}
    asked_at = FIRST + 8 * DAY_S
    answered_at = asked_at + DAY_S

    async def scene(store: Store) -> None:
        await some_at_once([store.sell(sale, refused) for sale in sales])
        asks = [
            *[store.request_return(wanted(sale), terms, asked_at) for sale in (*accepted, *declined) for _ in range(2)],
            *[store.request_return(wanted(sale), terms, sale.sold_at + 10 * DAY_S + 1.0) for sale in outside],
            # Answers to what nobody has asked for.
            *[store.answer_return(accepting(sale.lead_id), "acme", asked_at) for sale in outside],
        ]
        random.shuffle(asks)
        came = Counter(result.status for result in await some_at_once(asks))
        assert came == {"recorded": 9 * tenth, "repeated": 9 * tenth, "refused": 2 * tenth}
        replies = [
            *[accepting(sale.lead_id) for sale in accepted for _ in range(2)],
            # By the id of the bid as well as by the lead's.
            *[ReturnReply(lead_id=sale.ping_id, answer="refused") for sale in declined for _ in range(2)],
        ]
        random.shuffle(replies)
        answers = [store.answer_return(reply, "acme", answered_at, "acme") for reply in replies]
        came = Counter(result.status for result in await some_at_once(answers))
        assert came == {"recorded": 9 * tenth, "repeated": 9 * tenth}
        late = ReturnReply(lead_id=accepted[0].lead_id, answer="refused")
        assert "credited" in (await store.answer_return(late, "acme", answered_at, "acme")).remedy

        used = await store.cap_usage()
        assert {counter: amount for counter, amount in used.items() if amount} == used_by([*declined, *outside])
        invoices = []
        for month in ("2026-10", "2026-11"):
            bounds = month_bounds(month, ZONE)
            bought, older = await store.bought_leads_of("acme", *bounds), await store.credited_late("acme", *bounds)
            invoices.append(invoice_of("acme", month, ZONE, bought, older))
            assert invoices[-1].owed_cents == used[f"seller/acme/budget//{month}"]
        assert sum(each.leads for each in invoices) == 10 * tenth
        assert sum(each.owed_cents for each in invoices) == used["seller/acme/prepaid-balance//"]
        # What was credited in November for October is said beside what November owes.
        assert invoices[1].late == invoices[0].returns > 0
        assert invoices[1].late_cents == invoices[0].credited_cents
        credited = await store.credits_after(0)
        assert [each.number for each in credited] == list(range(1, 5 * tenth + 1))
        given_back: Counter[str] = Counter()
        for each in credited:
            given_back.update(each.uses)
        assert dict(given_back) == used_by(accepted)
        assert len(await store.credits_after(5 * tenth - 10)) == 10
        assert (await store.counted(0.0)).credit == 5 * tenth

    in_store(url, scene)


def test_a_return_that_is_asked_and_answered_by_many_at_once_is_credited_once(url: str) -> None:
    sale = sale_at(1, FIRST, 2_140)

    async def scene(store: Store) -> list[ReturnResult]:
        await store.sell(sale, refused)
        asked = await asyncio.gather(*[store.request_return(wanted(sale), NOBODY, FIRST) for _ in range(4)])
        assert Counter(each.status for each in asked) == {"recorded": 1, "repeated": 3}
        reply = ReturnReply(lead_id=sale.lead_id, answer="accepted")
        results = await asyncio.gather(*[store.answer_return(reply, "acme", FIRST, "acme") for _ in range(8)])
        assert set((await store.cap_usage()).values()) == {0}
        return results

    assert Counter(each.status for each in in_store(url, scene)) == {"recorded": 1, "repeated": 7}


def test_a_seller_answers_for_its_own_leads_only(url: str) -> None:
    sale = sale_at(1, FIRST, 2_140)

    async def scene(store: Store) -> None:
        await store.sell(sale, refused)
        await store.request_return(wanted(sale), NOBODY, FIRST)
        reply = ReturnReply(lead_id=sale.lead_id, answer="accepted")
        assert (await store.answer_return(reply, "bluebird", FIRST, "bluebird")).status == "refused"
        assert await listed(store, WhichReturns(seller="bluebird")) == []
        assert [each.state for each in await listed(store, WhichReturns(seller="acme"))] == ["requested"]

    in_store(url, scene)


def test_what_a_seller_need_not_take_back_is_refused_however_often_and_in_whatever_order_it_is_tried(url: str) -> None:
    sale = sale_at(1, FIRST, 2_140)
    terms = {"acme": SellerTerms(policy=ReturnPolicy(window_s=DAY_S, reasons=("duplicate",)))}
    objections: list[tuple[ReturnReason, float, str]] = [
        ("invalid_phone", FIRST, "takes no lead back for invalid_phone, only for duplicate"),
        ("duplicate", FIRST + DAY_S + 1.0, "may be returned within"),
    ]

    async def scene(store: Store) -> None:
        await store.sell(sale, refused)
        assert "no return was asked for" in (await store.answer_return(accepting(sale.lead_id), "acme", FIRST)).remedy
        for _ in range(2):
            for reason, at, why in objections:
                result = await store.request_return(wanted(sale, reason), terms, at)
                assert (result.status, why in result.remedy) == ("refused", True)
        assert (await store.request_return(wanted(sale, "duplicate"), terms, FIRST + DAY_S)).status == "recorded"
        # Withdrawn, it is not answered; asked for again, it is within the same window.
        assert (await store.withdraw_return(sale.ping_id, "os:ada", "reached", FIRST)).state == "withdrawn"
        assert (await store.withdraw_return(sale.lead_id, "os:ada", "reached", FIRST)).status == "repeated"
        for answer in (accepting(sale.lead_id), ReturnReply(lead_id=sale.lead_id, answer="refused")):
            assert "was withdrawn" in (await store.answer_return(answer, "acme", FIRST)).remedy
        assert await store.settle_unanswered(FIRST + 99 * DAY_S) == []
        late = await store.request_return(wanted(sale, "duplicate"), terms, FIRST + DAY_S + 1.0)
        assert "may be returned within" in late.remedy
        assert (await store.cap_usage())["seller/acme/prepaid-balance//"] == 2_140
        assert (await store.request_return(wanted(sale, "duplicate"), terms, FIRST + 1.0)).status == "recorded"
        for _ in range(2):
            await store.answer_return(accepting(sale.lead_id), "acme", FIRST + DAY_S)
        assert "credited" in (await store.withdraw_return(sale.lead_id, "os:ada", "x", FIRST)).remedy
        assert set((await store.cap_usage()).values()) == {0}
        assert len(await store.credits_after(0)) == 1

    in_store(url, scene)


@pytest.mark.parametrize(("unanswered", "left"), [("accepted", 0), ("expired", 2_140)])
def test_who_does_not_answer_in_time_has_agreed_or_not_as_it_declares(url: str, unanswered: str, left: int) -> None:
    sale = sale_at(1, FIRST, 2_140)
    policy = ReturnPolicy(answer_s=DAY_S, unanswered="accepted" if unanswered == "accepted" else "expired")

    async def scene(store: Store) -> None:
        await store.sell(sale, refused)
        await store.request_return(wanted(sale), {"acme": SellerTerms(policy=policy)}, FIRST)
        assert await store.settle_unanswered(FIRST + DAY_S - 1.0) == []
        assert [each.state for each in await store.settle_unanswered(FIRST + DAY_S)] == [unanswered]
        assert await store.settle_unanswered(FIRST + 2 * DAY_S) == []
        assert (await store.cap_usage())["seller/acme/prepaid-balance//"] == left
        # Who was late may still agree, and is credited once all the same.
        await store.answer_return(ReturnReply(lead_id=sale.lead_id, answer="accepted"), "acme", FIRST + 3 * DAY_S)
        assert (await store.cap_usage())["seller/acme/prepaid-balance//"] == 0

    in_store(url, scene)


def test_an_outcome_asks_for_a_return_and_tells_the_seller_once(url: str) -> None:
    sales = [sale_at(number, FIRST, 2_140) for number in range(3)]
    terms = {
        "acme": SellerTerms(
            policy=ReturnPolicy(window_s=2 * DAY_S, by_outcome={"invalid": "invalid_phone"}),
            wish=FeedbackWish(destination="acme-postback", events=("return", "sold"), codes={"sold": "5"}),
        )
    }

    async def scene(store: Store) -> None:
        for sale in sales:
            await store.sell(sale, refused)
        events: tuple[OutcomeKind, ...] = ("invalid", "sold", "contacted")
        for sale, event in zip(sales, events, strict=True):
            value = 120_000 if event == "sold" else None
            outcome = Outcome(lead_id=sale.lead_id, event=event, source="crm", value_cents=value)
            await store.record_outcome(outcome, FIRST + DAY_S)
        begin = (FIRST, "", "")
        looks = [await store.request_returns_by_rule(terms, begin, FIRST + DAY_S) for _ in range(2)]
        assert [(look.asked, look.is_all) for look in looks] == [(1, True), (0, True)]
        (asked,) = await listed(store, WhichReturns(seller="acme"))
        assert (asked.lead_id, asked.reason, asked.requested_by) == (sales[0].lead_id, "invalid_phone", "service")
        claimed = await store.claim_due("acme-postback", "worker", FIRST + DAY_S, 10, 60.0)
        told = {each.lead["lead_id"]: each.feedback for each in claimed}
        assert {lead_id: each and (each.type, each.code, each.value_cents) for lead_id, each in told.items()} == {
            sales[0].lead_id: ("return", "invalid_phone", None),
            sales[1].lead_id: ("conversion", "5", 120_000),
        }
        # Heard of so late that the seller need not take it back.
        late = Outcome(lead_id=sales[2].lead_id, event="invalid", source="crm")
        await store.record_outcome(late, FIRST + 3 * DAY_S)
        assert (await store.request_returns_by_rule(terms, looks[0].place, FIRST + 3 * DAY_S)).asked == 0

    in_store(url, scene)


def test_each_step_of_a_return_is_in_the_audit(url: str) -> None:
    sale = sale_at(1, FIRST, 2_140)

    async def scene(store: Store) -> list[tuple[str, str, str, str]]:
        await store.sell(sale, refused)
        await store.request_return(wanted(sale), NOBODY, FIRST)
        await store.answer_return(
            ReturnReply(lead_id=sale.lead_id, answer="accepted", note="sorry, call 512 461 2234"), "acme", FIRST
        )
        (kept,) = await listed(store, WhichReturns(seller="acme"))
        assert kept.note == "sorry, call (removed)"
        return [(line.told_by, line.action, line.detail, line.why) for line in await store.audit_lines()]

    assert in_store(url, scene) == [
        ("acme", "return accepted", "2140 cents are credited", "sorry, call (removed)"),
        ("os:ada", "return", "asked of acme for invalid_phone", "it rings at a fax"),
    ]


def test_returns_are_counted_of_the_leads_that_a_seller_sold_in_a_span(url: str) -> None:
    async def scene(store: Store) -> None:
        for number in range(3):
            await store.sell(sale_at(number, FIRST + number, 2_140), refused)
        for number in (0, 1):
            sale = sale_at(number, FIRST, 2_140)
            await store.request_return(wanted(sale, "fraud"), NOBODY, FIRST)
        reply = ReturnReply(lead_id=sale_at(1, FIRST, 1).lead_id, answer="accepted")
        await store.answer_return(reply, "acme", FIRST)
        counts = await store.return_counts("acme", FIRST, FIRST + 9.0)
        assert (counts.leads, counts.returned, counts.reasons) == (3, 1, {"fraud": 1})
        assert (await store.return_counts("acme", FIRST + 2.0, FIRST + 9.0)).returned == 0

    in_store(url, scene)


_ANSWERER = """
import asyncio, sys
from app.wire.returns import ReturnReply
from tests.integration.store.world import a_sale, a_store

async def answer_until_killed(url):
    async with a_store(url) as store:
        for number in range(50):
            await store.answer_return(ReturnReply(lead_id=a_sale(number).lead_id, answer="accepted"), "acme", 0.0)
            print(number, flush=True)

asyncio.run(answer_until_killed(sys.argv[1]))
"""


def test_where_a_process_is_killed_each_answer_is_credited_once(url: str) -> None:
    sales = [sale_at(number, FIRST, 1_000 + number) for number in range(50)]

    async def ask(store: Store) -> None:
        await some_at_once([store.sell(sale, refused) for sale in sales])
        await some_at_once([store.request_return(wanted(sale), NOBODY, FIRST) for sale in sales])

    async def check(store: Store) -> int:
        credited = await listed(store, WhichReturns(state="accepted"))
        left = sum(sale.price_cents for sale in sales) - sum(each.price_cents for each in credited)
        assert (await store.cap_usage())["seller/acme/prepaid-balance//"] == left
        assert len(await store.credits_after(0)) == len(credited)
        return len(credited)

    in_store(url, ask)
    said, python_path = 0, {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _ANSWERER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=python_path) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said = int(line) + 1
            if said >= 15:
                process.kill()
                break
    # What was committed while the kill came may not have been said.
    assert said <= in_store(url, check) <= 50

    async def again(store: Store) -> int:
        await some_at_once([store.answer_return(accepting(sale.lead_id), "acme", FIRST) for sale in sales])
        return (await store.cap_usage())["seller/acme/prepaid-balance//"]

    assert in_store(url, again) == 0
