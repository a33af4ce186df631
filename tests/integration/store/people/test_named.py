"""A lead is found by any id in any form that its owner writes, and by digests of its person, the newest first."""

from app.domain.delivery.delivery import AttemptReport
from app.store.people.named import IdKind
from app.store.store import Store
from tests.integration.store.world import NOW, a_sale, in_store, refused, whose

_SALESFORCE = "00Q5g00000AbCdEEAV"


def test_each_id_finds_its_lead_in_any_form(url: str) -> None:
    sale = a_sale(1, seller_lead_id="A-1001")
    forms: list[tuple[IdKind, str]] = [
        ("lead", sale.lead_id),
        ("lead", f" {sale.lead_id.upper()} "),
        ("ping", sale.ping_id),
        ("crm_id", _SALESFORCE),
        ("crm_id", _SALESFORCE[:15]),
        ("crm_id", f'="{_SALESFORCE}"'),
        ("seller_lead_id", "A-1001"),
        ("seller_lead_id", '"A-1001"'),
        ("seller_lead_id", "a-1001"),
        ("seller_lead_id", " {A-1001} "),
        ("ping", f'"{sale.ping_id}"'),
    ]
    nobodys: list[tuple[IdKind, str]] = [
        ("lead", "A-1001"),
        ("ping", sale.lead_id),
        ("crm_id", _SALESFORCE.swapcase()[:15]),
        ("crm_id", ""),
        ("seller_lead_id", ""),
        ("seller_lead_id", "A-100"),
        ("seller_lead_id", "%"),
        ("seller_lead_id", "A_1001"),
    ]

    async def scene(store: Store) -> None:
        await store.sell(sale, refused)
        await store.sell(a_sale(2), refused)
        for claimed in await store.claim_due("crm", "w", NOW, 9, 9.0):
            if claimed.lead["lead_id"] == sale.lead_id:
                report = AttemptReport(
                    delivery_id=claimed.delivery_id,
                    destination="crm",
                    owner=claimed.owner,
                    attempt=1,
                    status="delivered",
                    started_at=NOW,
                    took_ms=9,
                    crm_id=_SALESFORCE,
                )
                assert await store.acknowledge(report)
        for kind, text in forms:
            assert await store.leads_by_id(kind, text) == [sale.lead_id], (kind, text)
        for kind, text in nobodys:
            assert await store.leads_by_id(kind, text) == [], (kind, text)

    in_store(url, scene)


def test_all_leads_of_a_person_are_found_the_newest_first(url: str) -> None:
    async def scene(store: Store) -> None:
        for number, at in ((1, NOW), (2, NOW + 2.0), (3, NOW + 1.0)):
            sale = a_sale(number, person=whose(1), sold_at=at, duplicate_since=NOW + 9.0)
            assert (await store.sell(sale, refused)).outcome == "sold"
        await store.sell(a_sale(4), refused)
        newest_first = [a_sale(number).lead_id for number in (2, 3, 1)]
        for digest in whose(1).all:
            assert await store.leads_of([digest]) == newest_first
        assert await store.leads_of(["0" * 16]) == []
        assert await store.leads_of([]) == []

    in_store(url, scene)


def test_every_lead_that_a_sellers_id_may_mean_is_found_however_it_is_spelled(url: str) -> None:
    spelled = [
        "AbC-9",
        "abc-9",
        " {ABC-9}",
        "6F9619FF-8B86-D011-B42D-00CF4FC964FF",
        "{6f9619ff8b86d011b42d00cf4fc964ff}",
    ]

    async def scene(store: Store) -> None:
        for number, text in enumerate(spelled):
            await store.sell(a_sale(number, seller_lead_id=text, sold_at=NOW + number), refused)
        await store.sell(a_sale(7, seller_lead_id="abc-90"), refused)
        ids = [a_sale(number).lead_id for number in range(len(spelled))]
        for text in ("AbC-9", "abc-9", "ABC-9", '="abc-9"'):
            assert await store.leads_by_id("seller_lead_id", text) == ids[2::-1], text
        for text in ("6f9619ff-8b86-d011-b42d-00cf4fc964ff", spelled[4]):
            assert await store.leads_by_id("seller_lead_id", text) == ids[:2:-1], text

    in_store(url, scene)
