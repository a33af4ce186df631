"""The client: what is asked once, what is not asked at all, and what it costs."""

import asyncio

from msgspec.structs import replace

from app.domain.checks.rule import AnswerRule
from app.domain.delivery.breaker import COOLDOWN_S, FAILURES_MAX
from tests.build import NOW
from tests.providers import FakesAtHand, check, said, subject
from tests.table import each_row

PRICED = check(
    on=("ping", "post"),
    rules=(AnswerRule(property="age_seconds", op="at_most", value=3_600),),
    ping_millicents=1_250,
    post_millicents=25_000,
)


def test_what_a_ping_paid_for_is_used_for_its_post() -> None:
    fakes = FakesAtHand()
    client = fakes.client()

    async def scene() -> tuple[int, int]:
        ping = await client.consult(PRICED, subject(stage="ping"), 1.0, NOW)
        post = await client.consult(PRICED, subject(), 1.0, NOW + 30)
        assert said(post.consultation)["insights"] == ("pass",)
        assert [each.operation for each in post.exchanges] == ["insights", "match_lead+retain"]
        return ping.consultation.millicents, post.consultation.millicents

    assert asyncio.run(scene()) == (1_250, 25_000)
    assert b"5124612234" not in fakes.sent[0].body


def test_the_same_question_at_the_same_time_is_asked_once() -> None:
    fakes = FakesAtHand()
    client = fakes.client()

    async def scene() -> list[int]:
        posts = await asyncio.gather(*[client.consult(PRICED, subject(), 1.0, NOW) for _ in range(10)])
        return sorted(post.consultation.millicents for post in posts)

    assert asyncio.run(scene()) == [0] * 9 + [25_000]
    assert len(fakes.sent) == 1


def test_an_answer_is_used_again_for_its_time_and_of_the_same_question_only() -> None:
    fakes = FakesAtHand()
    client, asked = fakes.client(), replace(PRICED, cache_s=60.0)

    async def scene() -> None:
        await client.consult(asked, subject(), 1.0, NOW)
        await client.consult(asked, subject(), 1.0, NOW + 59)
        assert len(fakes.sent) == 1
        await client.consult(asked, subject(), 1.0, NOW + 61)
        await client.consult(asked, subject(phone="5125550000"), 1.0, NOW + 61)

    asyncio.run(scene())
    assert len(fakes.sent) == 3


@each_row("scenario", ["hang", "broken", "page", "retain_missing"])
def test_what_was_no_answer_is_asked_anew(scenario: str) -> None:
    fakes = FakesAtHand()
    client = fakes.client()

    async def scene() -> None:
        for _ in range(2):
            await client.consult(PRICED, subject(scenario), 1.0, NOW)

    asyncio.run(scene())
    assert len(fakes.sent) == 2


def test_beyond_a_budget_nothing_is_asked_and_every_question_stays_open() -> None:
    fakes = FakesAtHand()
    client, asked = fakes.client(), replace(PRICED, daily_budget_cents=100, seller_daily_budget_cents=50)

    async def scene() -> None:
        for number, seller in enumerate(("acme", "acme", "acme", "bluebird", "bluebird", "cardinal")):
            lead = subject(seller=seller, phone=f"51246122{number:02}")
            consulted = await client.consult(asked, lead, 1.0, NOW)
            is_asked = number not in (2, 5)
            assert (said(consulted.consultation)["certificate"] == ("pass",)) is is_asked
            assert [each.why_not for each in consulted.exchanges] == ["" if is_asked else "budget"]

    asyncio.run(scene())
    assert len(fakes.sent) == 4
    assert client.budgets.spent("trustedform", "", NOW) == 100_000
    assert client.budgets.spent("trustedform", "", NOW + 86_400) == 0
    assert client.budgets.spent_by_seller("trustedform", NOW) == {"acme": 50_000, "bluebird": 50_000}
    assert client.budgets.spent_by_seller("trusted", NOW) == {}
    assert client.budgets.spent_by_seller("trustedform", NOW + 86_400) == {}


def test_a_restart_goes_on_with_the_budget_of_the_day() -> None:
    fakes = FakesAtHand()
    first = fakes.client()
    asyncio.run(first.consult(PRICED, subject(), 1.0, NOW))
    changes = first.budgets.changes()
    assert changes == {"checks/trustedform//2026-11-20": 25_000, "checks/trustedform/acme/2026-11-20": 25_000}
    assert first.budgets.changes() == {}
    again = fakes.client(used=changes)
    asked = replace(PRICED, daily_budget_cents=25)
    consulted = asyncio.run(again.consult(asked, subject(), 1.0, NOW))
    assert [each.why_not for each in consulted.exchanges] == ["budget"]


def test_what_other_replicas_spent_is_spent() -> None:
    fakes = FakesAtHand()
    client = fakes.client()
    asyncio.run(client.consult(PRICED, subject(), 1.0, NOW))
    assert client.budgets.changes()
    client.budgets.written({"checks/trustedform//2026-11-20": 75_000, "checks/other//2026-11-20": 9})
    assert client.budgets.spent("trustedform", "", NOW) == 75_000
    assert client.budgets.spent("trustedform", "acme", NOW) == 25_000


def test_what_never_left_us_costs_nothing() -> None:
    fakes = FakesAtHand()
    fakes.trouble = "dns"
    client = fakes.client()
    assert asyncio.run(client.consult(PRICED, subject(), 1.0, NOW)).consultation.millicents == 0
    assert client.budgets.spent("trustedform", "", NOW) == 0


def test_a_provider_that_keeps_failing_is_left_alone() -> None:
    fakes = FakesAtHand()
    fakes.trouble = "timeout"
    counts: list[str] = []
    client = fakes.client(counted=lambda _check, result, _millicents, _took_s: counts.append(result))

    async def scene() -> None:
        for _ in range(FAILURES_MAX + 3):
            await client.consult(PRICED, subject(), 1.0, NOW)

    asyncio.run(scene())
    assert counts == ["timeout"] * FAILURES_MAX + ["circuit"] * 3
    assert client.opens_at(PRICED.name, NOW + 5.0) == NOW + 5.0 + COOLDOWN_S
    assert client.opens_at("another", NOW) is None
