"""The sale as one transaction: all of it or nothing, once, and never one over a cap."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.domain.calendar import local_time
from app.domain.duplicate import Sighting
from app.domain.identity import Person
from app.domain.post.sale import CapUse, PostFacts
from app.domain.reasons import Refusal
from app.store import known
from app.store.sales import SaleResult
from app.store.store import Store
from app.wire.feedback import Outcome
from tests.build import cap
from tests.integration.store.world import (
    NOW,
    a_cap,
    a_refusal,
    a_sale,
    a_store,
    count,
    digest_of,
    email_of,
    in_store,
    on_a_file,
    phone_of,
    refused,
    vault,
    whose,
)

CALLERS = 32


def codes(results: list[SaleResult]) -> list[str]:
    return sorted(result.refusal.code if result.refusal else result.outcome for result in results)


def test_a_sale_leaves_all_that_belongs_to_it(url: str) -> None:
    sale = a_sale(1, cap_uses=(a_cap(10),))

    async def scene(store: Store) -> None:
        result = await store.sell(sale, refused)
        assert (result.outcome, result.answer, result.refusal) == ("sold", sale.answer, None)

        lead = await store.lead(sale.lead_id)
        assert lead is not None
        assert lead == await store.lead_by_post("acme", sale.nonce)
        assert (lead.campaign, lead.price_cents, lead.sold_at, lead.decision) == (
            "solar-tx",
            2_140,
            NOW,
            '{"price_cents":2140}',
        )
        assert [kind for kind, _ in lead.evidence] == ["consent", "ping", "post"]
        assert [(row.destination, row.status, row.due_at) for row in lead.deliveries] == [("crm", "pending", NOW)]
        assert b"Lovelace" in vault().open(lead.identity, sale.lead_id)

        evidence = await store.sealed_evidence(sale.lead_id)
        assert b"Lovelace" in vault().open(evidence["post"], f"{sale.lead_id}/post")
        assert await store.cap_usage() == {sale.cap_uses[0].counter: 1}
        assert await used_certificates(store) == [digest[:16] for digest in sale.certificates]
        assert await known_people(store) == [(name, "solar-tx", "solar", NOW) for name in sorted(sale.person.all)]

    in_store(url, scene)


def test_what_is_known_of_a_post_is_told_at_once(url: str) -> None:
    sale = a_sale(1)

    async def scene(store: Store) -> tuple[PostFacts, PostFacts, PostFacts]:
        before = await store.gather_post("acme", sale.nonce, sale.certificates, sale.person)
        await store.sell(sale, refused)
        await store.record_outcome(Outcome(lead_id=sale.lead_id, event="opted_out"), NOW)
        after = await store.gather_post("acme", sale.nonce, sale.certificates, sale.person)
        stranger = await store.gather_post("acme", "0" * 16, (), whose(2))
        return before, after, stranger

    before, after, stranger = in_store(url, scene)
    assert before == stranger == PostFacts()
    assert after.kept is not None
    assert (after.kept.answer, after.kept.person, after.kept.code) == (sale.answer, sale.person, "")
    assert after.certificate_holders == (sale.person,)
    assert after.suppressed
    assert after.sightings == (Sighting("solar-tx", "solar", NOW),)


def test_a_lost_decision_is_kept_as_lost(url: str) -> None:
    async def scene(store: Store) -> None:
        await store.sell(a_sale(1, decision=None), refused)
        lead = await store.lead(a_sale(1).lead_id)
        assert lead is not None
        assert lead.decision is None

    in_store(url, scene)


def test_the_same_person_again_gets_the_answer_given_before(url: str) -> None:
    first = a_sale(1)
    again = replace(first, sold_at=NOW + 60.0, answer=replace(first.answer, price_cents=9_999, warnings=("other",)))

    async def scene(store: Store) -> list[SaleResult]:
        return [await store.sell(first, refused), await store.sell(again, refused)]

    sold, repeated = in_store(url, scene)
    assert (sold.outcome, repeated.outcome) == ("sold", "repeated")
    assert repeated.answer == sold.answer
    assert count(url, "lead") == 1


def test_a_repeat_may_come_with_the_phone_alone(url: str) -> None:
    first = a_sale(1)
    again = replace(first, person=replace(first.person, email=()))

    async def scene(store: Store) -> SaleResult:
        await store.sell(first, refused)
        return await store.sell(again, refused)

    assert in_store(url, scene).outcome == "repeated"


def test_another_person_under_the_same_bid_is_refused_and_changes_nothing(url: str) -> None:
    first = a_sale(1)

    async def scene(store: Store) -> None:
        await store.sell(first, refused)
        result = await store.sell(a_sale(2, nonce=first.nonce, cap_uses=(a_cap(10),)), refused)
        assert codes([result]) == ["ping_used"]
        kept = await store.kept_answer("acme", first.nonce)
        assert kept is not None
        assert kept.answer == first.answer
        assert await store.cap_usage() == {}

    in_store(url, scene)


def test_two_concurrent_posts_of_one_person_sell_once(url: str) -> None:
    posts = [a_sale(number, person=whose(1)) for number in (1, 2)]

    async def scene(store: Store) -> list[SaleResult]:
        return list(await asyncio.gather(*[store.sell(post, refused) for post in posts]))

    assert codes(in_store(url, scene)) == ["duplicate", "sold"]
    assert count(url, "lead") == 1


def test_persons_who_share_only_their_email_are_one(url: str) -> None:
    shared = Person(phone=whose(2).phone, email=whose(1).email)

    async def scene(store: Store) -> list[SaleResult]:
        return list(
            await asyncio.gather(*[store.sell(a_sale(1), refused), store.sell(a_sale(2, person=shared), refused)])
        )

    assert codes(in_store(url, scene)) == ["duplicate", "sold"]


def test_copies_of_one_post_that_come_at_once_get_one_answer(url: str) -> None:
    async def scene(store: Store) -> list[SaleResult]:
        return list(await asyncio.gather(*[store.sell(a_sale(1), refused) for _ in range(8)]))

    results = in_store(url, scene)
    assert codes(results) == ["repeated"] * 7 + ["sold"]
    assert len({result.answer.lead_id for result in results}) == 1


@pytest.mark.parametrize(
    ("scope", "campaign", "vertical", "sold"),
    [
        ("campaign", "solar-tx", "solar", False),
        ("campaign", "solar-ca", "solar", True),
        ("vertical", "solar-ca", "solar", False),
        ("vertical", "roof-tx", "roofing", True),
        ("buyer", "roof-tx", "roofing", False),
    ],
)
def test_a_duplicate_is_one_within_the_scope_and_window(
    url: str, scope: str, campaign: str, vertical: str, sold: bool
) -> None:
    second = a_sale(2, person=whose(1), duplicate_scope=scope, campaign=campaign, vertical=vertical)

    async def scene(store: Store) -> tuple[SaleResult, SaleResult]:
        await store.sell(a_sale(1, sold_at=NOW - 100.0), refused)
        within = await store.sell(replace(second, duplicate_since=NOW - 101.0), refused)
        third = a_sale(3, person=whose(1), duplicate_scope=scope, campaign=campaign, vertical=vertical)
        return within, await store.sell(replace(third, duplicate_since=NOW + 1.0), refused)

    within, outside = in_store(url, scene)
    assert (within.outcome == "sold") is sold
    assert outside.outcome == "sold"


def test_a_certificate_belongs_to_one_person_for_ever(url: str) -> None:
    first = a_sale(1, sold_at=NOW - 400 * 86_400.0)
    other = a_sale(2, certificates=first.certificates)
    same = a_sale(3, person=first.person, certificates=first.certificates)

    async def scene(store: Store) -> list[SaleResult]:
        return [await store.sell(sale, refused) for sale in (first, other, same)]

    assert [codes([result]) for result in in_store(url, scene)] == [["sold"], ["certificate_reused"], ["sold"]]


def test_one_certificate_posted_for_two_persons_at_once_sells_one(url: str) -> None:
    shared = (digest_of("shared"),)

    async def scene(store: Store) -> list[SaleResult]:
        posts = [store.sell(a_sale(number, certificates=shared), refused) for number in range(6)]
        return list(await asyncio.gather(*posts))

    assert codes(in_store(url, scene)) == ["certificate_reused"] * 5 + ["sold"]


def test_reasons_come_in_the_order_of_judgement(url: str) -> None:
    first = a_sale(1)
    full = (a_cap(0),)

    async def scene(store: Store) -> list[str]:
        await store.sell(first, refused)
        await store.sell(a_sale(2), refused)
        await store.record_outcome(Outcome(lead_id=first.lead_id, event="opted_out"), NOW)
        tries = [
            a_sale(3, person=first.person, certificates=a_sale(2).certificates, cap_uses=full),
            a_sale(4, person=first.person, cap_uses=full),
            a_sale(5, person=a_sale(2).person, cap_uses=full),
            a_sale(6, cap_uses=full),
        ]
        return [codes([await store.sell(each, refused)])[0] for each in tries]

    assert in_store(url, scene) == ["certificate_reused", "suppressed", "duplicate", "cap_reached"]


def test_of_posts_that_come_at_once_each_is_judged_for_itself(url: str) -> None:
    full, roomy = a_cap(0, counter="campaign/full/total/"), a_cap(1_000)
    sales = [a_sale(number, cap_uses=(roomy,)) for number in range(30)]
    sales[7] = replace(sales[7], cap_uses=(roomy, full))
    sales[11] = replace(sales[11], person=sales[10].person)
    sales[13] = replace(sales[13], certificates=sales[12].certificates)
    sales[17] = sales[16]
    broken = replace(sales[20], seller_lead_id="\ud800")

    async def scene(store: Store) -> tuple[list[SaleResult | BaseException], dict[str, int]]:
        posts = [*sales[:20], broken, *sales[21:]]
        results = await asyncio.gather(*[store.sell(sale, refused) for sale in posts], return_exceptions=True)
        return results, await store.cap_usage()

    results, used = in_store(url, scene)
    assert [n for n, result in enumerate(results) if isinstance(result, BaseException)] == [20]
    said = codes([result for result in results if isinstance(result, SaleResult)])
    assert said == sorted(["cap_reached", "certificate_reused", "duplicate", "repeated", *["sold"] * 25])
    assert (count(url, "lead"), used) == (25, {roomy.counter: 25})
    assert (count(url, "evidence"), count(url, "delivery"), count(url, "certificate")) == (75, 25, 25)


def test_a_refusal_leaves_nothing_but_its_answer(url: str) -> None:
    open_cap = a_cap(10, counter="campaign/solar-tx/all//")
    sale = a_sale(1, cap_uses=(open_cap, a_cap(0)))

    async def scene(store: Store) -> None:
        result = await store.sell(sale, refused)
        assert result.refusal == Refusal("cap_reached", "daily")
        kept = await store.kept_answer("acme", sale.nonce)
        assert kept is not None
        assert (kept.answer, kept.code) == (result.answer, "cap_reached")
        assert set((await store.cap_usage()).values()) <= {0}
        # The retry is the same refusal though the cap has room by now.
        assert (await store.sell(replace(sale, cap_uses=()), refused)).answer == result.answer

    in_store(url, scene)
    for table in ("lead", "evidence", "sighting", "certificate", "delivery"):
        assert count(url, table) == 0
    assert count(url, "answer") == 1


def test_a_test_sale_leaves_nothing_but_its_answer_whatever_is_full(url: str) -> None:
    sale = a_sale(1, test=True, cap_uses=(a_cap(0),))

    async def scene(store: Store) -> list[str]:
        return [(await store.sell(sale, refused)).outcome for _ in range(2)]

    assert in_store(url, scene) == ["sold", "repeated"]
    for table in ("lead", "evidence", "sighting", "certificate", "delivery", "cap_counter"):
        assert count(url, table) == 0


def test_a_refused_contact_gives_way_to_its_correction(url: str) -> None:
    sale = a_sale(1)

    async def scene(store: Store) -> None:
        await store.keep(replace(a_refusal(sale, "invalid_contact"), person=whose(9)))
        result = await store.sell(sale, refused)
        assert result.outcome == "sold"
        kept = await store.kept_answer("acme", sale.nonce)
        assert kept is not None
        assert (kept.answer, kept.person, kept.code) == (sale.answer, sale.person, "")

    in_store(url, scene)


def test_a_refusal_decided_earlier_never_takes_the_place_of_a_final_answer(url: str) -> None:
    sale, other = a_sale(1), a_sale(2)

    async def scene(store: Store) -> None:
        await store.sell(sale, refused)
        await store.keep(a_refusal(sale, "consent_missing"))
        await store.keep(a_refusal(other, "invalid_contact"))
        await store.keep(a_refusal(other, "consent_missing"))
        await store.keep(a_refusal(other, "duplicate"))
        sold = await store.kept_answer("acme", sale.nonce)
        refusal = await store.kept_answer("acme", other.nonce)
        assert sold is not None
        assert refusal is not None
        assert (sold.code, refusal.code) == ("", "consent_missing")

    in_store(url, scene)


def test_a_refusal_and_a_sale_at_once_leave_one_answer(url: str) -> None:
    async def scene(store: Store) -> None:
        for number in range(12):
            sale = a_sale(number)
            result, _ = await asyncio.gather(store.sell(sale, refused), store.keep(a_refusal(sale, "consent_missing")))
            kept = await store.kept_answer("acme", sale.nonce)
            assert kept is not None
            assert kept.answer == result.answer

    in_store(url, scene)


@pytest.mark.parametrize("several", [1, 3])
def test_of_200_sales_from_32_sellers_a_cap_of_100_takes_exactly_100(url: str, several: int) -> None:
    """Also with several stores on one database, as replicas have; a second one on SQLite is a visitor."""
    caps = (a_cap(100), a_cap(100_000, counter="campaign/solar-tx/all//", name="all"))

    async def play() -> list[SaleResult]:
        async with a_store(url) as first, a_store(url) as second, a_store(url) as third:
            stores = [first, second, third][:several]
            waiting = list(range(200))
            results: list[SaleResult] = []

            async def seller(number: int) -> None:
                while waiting:
                    sale = a_sale(waiting.pop(), seller=f"seller-{number}", cap_uses=caps)
                    results.append(await stores[number % several].sell(sale, refused))

            await asyncio.gather(*[seller(number) for number in range(CALLERS)])
            assert (await first.cap_usage()) == {caps[0].counter: 100, caps[1].counter: 100}
            return results

    results = asyncio.run(play())
    assert codes(results) == ["cap_reached"] * 100 + ["sold"] * 100
    assert {result.refusal.detail for result in results if result.refusal} == {"daily"}
    assert count(url, "lead") == 100
    assert count(url, "delivery") == 100
    assert count(url, "answer") == 200


def test_a_budget_is_spent_to_the_cent_and_not_over_it(url: str) -> None:
    prices = [100 + 7 * number for number in range(60)]
    budget = 5_000

    def spend(cents: int) -> CapUse:
        return a_cap(budget, amount=cents, name="month", reason="budget_exhausted", counter="campaign/solar-tx/month//")

    async def scene(store: Store) -> list[tuple[int, SaleResult]]:
        async def post(number: int) -> tuple[int, SaleResult]:
            price = prices[number]
            sale = a_sale(number, price_cents=price, cap_uses=(spend(price),))
            return price, await store.sell(sale, refused)

        sold = list(await asyncio.gather(*[post(number) for number in range(len(prices))]))
        spent = sum(price for price, result in sold if result.outcome == "sold")
        left = budget - spent
        assert 0 <= left < min(price for price, result in sold if result.refusal)
        assert await store.cap_usage() == {spend(1).counter: spent}
        # What is left is spent by a lead that costs just that.
        last = a_sale(999, price_cents=left, cap_uses=(spend(left),))
        assert (await store.sell(last, refused)).outcome == "sold"
        assert await store.cap_usage() == {spend(1).counter: budget}
        return sold

    assert {result.refusal.code for _, result in in_store(url, scene) if result.refusal} == {"budget_exhausted"}


def test_of_several_full_caps_the_one_that_is_judged_first_is_named(url: str) -> None:
    uses = (
        a_cap(0, amount=2_140, counter="campaign/a", name="money", reason="budget_exhausted"),
        a_cap(0, counter="campaign/b", name="leads"),
    )

    async def scene(store: Store) -> Refusal | None:
        return (await store.sell(a_sale(1, cap_uses=uses), refused)).refusal

    assert in_store(url, scene) == Refusal("cap_reached", "leads")


@pytest.mark.parametrize("limit", [-1, 0])
def test_a_limit_below_one_lead_takes_none(url: str, limit: int) -> None:
    async def scene(store: Store) -> list[str]:
        return codes([await store.sell(a_sale(number, cap_uses=(a_cap(limit),)), refused) for number in range(2)])

    assert in_store(url, scene) == ["cap_reached", "cap_reached"]


def test_a_limit_lowered_below_what_is_used_takes_none_and_keeps_the_count(url: str) -> None:
    async def scene(store: Store) -> None:
        for number in range(5):
            await store.sell(a_sale(number, cap_uses=(a_cap(5),)), refused)
        assert codes([await store.sell(a_sale(9, cap_uses=(a_cap(3),)), refused)]) == ["cap_reached"]
        assert set((await store.cap_usage()).values()) == {5}

    in_store(url, scene)


def test_a_refusal_that_cannot_be_worded_leaves_nothing(url: str) -> None:
    def speechless(_refusal: Refusal) -> Any:
        raise RuntimeError("no words")

    async def scene(store: Store) -> None:
        with pytest.raises(RuntimeError, match="no words"):
            await store.sell(a_sale(1, cap_uses=(a_cap(0),)), speechless)
        assert (await store.sell(a_sale(2), refused)).outcome == "sold"

    in_store(url, scene)
    assert count(url, "answer") == 1


def test_no_phone_or_email_stands_in_the_files_of_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'leadbid.db'}"

    async def scene(store: Store) -> None:
        for number in range(20):
            await store.sell(a_sale(number), refused)
        await store.keep(a_refusal(a_sale(21), "invalid_contact"))
        await store.record_outcome(Outcome(lead_id=a_sale(1).lead_id, event="opted_out"), NOW)
        # While it is open, most of it stands in the write-ahead log.
        look()

    def look() -> None:
        files = list(tmp_path.iterdir())
        assert files
        for file in files:
            held = file.read_bytes()
            for number in range(22):
                for text in (phone_of(number), email_of(number), "Lovelace"):
                    assert text.encode() not in held, file.name

    in_store(url, scene)
    look()


def test_only_our_own_user_may_read_the_database_file(tmp_path: Path) -> None:
    def rights() -> set[str]:
        return {oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}

    async def scene(store: Store) -> set[str]:
        await store.sell(a_sale(1), refused)
        return rights()

    assert in_store(f"sqlite:///{tmp_path / 'leadbid.db'}", scene) == {"0o600"}


def test_sales_are_summed_by_campaign_and_seller(url: str) -> None:
    async def scene(store: Store) -> None:
        for number, (campaign, seller, price) in enumerate(
            [("solar-tx", "acme", 1_000), ("solar-tx", "acme", 1_500), ("solar-ca", "bluebird", 4_000)]
        ):
            await store.sell(a_sale(number, campaign=campaign, seller=seller, price_cents=price), refused)
        await store.sell(a_sale(9, sold_at=NOW + 10.0), refused)
        summary = await store.sales(NOW, NOW + 10.0)
        assert [(row.campaign, row.seller, row.leads, row.spend_cents) for row in summary.sales] == [
            ("solar-ca", "bluebird", 1, 4_000),
            ("solar-tx", "acme", 2, 2_500),
        ]
        assert summary.deliveries == {"crm": {"pending": 4}}

    in_store(url, scene)


async def used_certificates(store: Store) -> list[str]:
    return [part.hex()[at : at + 16] async for part in store.used_certificates() for at in range(0, 2 * len(part), 16)]


async def known_people(store: Store) -> list[tuple[str, str, str, float]]:
    return [sale async for part in store.known_people() for sale in part.sales()]


def test_known_people_come_in_order_at_once_and_in_parts(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(store: Store) -> None:
        for number in range(30):
            await store.sell(a_sale(number, sold_at=NOW - number), refused)
        at_once = await known_people(store)
        assert len(at_once) == 180
        assert at_once == sorted(at_once)
        certificates = await used_certificates(store)
        assert len(certificates) == 30
        monkeypatch.setattr(known, "LARGE", 0)
        assert len([part async for part in store.known_people()]) > 1
        assert await known_people(store) == at_once
        assert sorted(await used_certificates(store)) == sorted(certificates)
        assert sum(len(part) for part in store.bought_leads()) == 8 * 30

    in_store(url, scene)


@on_a_file
def test_neither_a_lead_nor_a_store_error_prints_a_person(url: str) -> None:
    async def scene(store: Store) -> str:
        await store.sell(a_sale(1), refused)
        return repr(await store.lead(a_sale(1).lead_id))

    assert in_store(url, scene) == f"LeadRow(lead_id='{a_sale(1).lead_id}', ***)"


@on_a_file
def test_an_hour_that_clocks_repeat_takes_its_limit_twice_and_the_day_once(url: str) -> None:
    hourly, daily = (
        cap(name=f"per-{window}", window=window, limit=limit) for window, limit in (("hour", 2), ("day", 9))
    )
    # Midnight in Chicago on the day on which clocks go back at two.
    midnight = 1_793_509_200.0

    async def scene(store: Store) -> dict[str, int]:
        for number in range(15):
            local = local_time(midnight + 1_200.0 * number, "America/Chicago")
            uses = [
                CapUse(one.counter(local, "acme", "78701", "TX"), one.name, "cap_reached", one.limit, 1)
                for one in (hourly, daily)
            ]
            await store.sell(a_sale(number, cap_uses=tuple(uses)), refused)
        return await store.cap_usage()

    assert in_store(url, scene) == {
        "campaign/solar-tx/per-day//2026-11-01": 9,
        "campaign/solar-tx/per-hour//2026-11-01T00-0500": 2,
        "campaign/solar-tx/per-hour//2026-11-01T01-0500": 2,
        "campaign/solar-tx/per-hour//2026-11-01T01-0600": 2,
        "campaign/solar-tx/per-hour//2026-11-01T02-0600": 2,
        "campaign/solar-tx/per-hour//2026-11-01T03-0600": 1,
    }


def test_a_start_reads_what_open_windows_used_and_not_what_ended_long_ago(url: str) -> None:
    old = ("hour", "2026-11-18T05-0600"), ("day", "2026-11-18"), ("week", "2026-W46"), ("month", "2026-10")
    ours = (
        ("hour", "2026-11-20T10-0600"),
        ("day", "2026-11-20"),
        ("week", "2026-W47"),
        ("month", "2026-11"),
        ("total", ""),
        ("ahead", "2027-01-01"),
        ("a/2027-01-01", "2026-11-20"),
    )
    uses = [CapUse(f"campaign/solar-tx/{name}//{label}", name, "cap_reached", 9, 1) for name, label in (*old, *ours)]

    async def scene(store: Store) -> None:
        await store.sell(a_sale(1, cap_uses=tuple(uses)), refused)
        assert len(await store.cap_usage()) == len(uses)
        assert await store.cap_usage(NOW) == {use.counter: 1 for use in uses[len(old) :]}

    in_store(url, scene)
