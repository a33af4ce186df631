"""What a running service shows of money is counted once for all who look within a minute."""

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from app.domain.configuration import Configuration
from app.reports.money.bill_comparison import BillComparison
from app.reports.money.lead_account import LeadAccount
from app.reports.money.span import span_of
from app.store.returns.requests import ReturnWanted
from app.store.store import Store
from app.usecases.money.invoices import invoices_of
from app.usecases.money.money_reports import COMPARISONS_KEPT_S, COMPARISONS_MAX, PROFIT_KEPT_S, MoneyReports
from app.usecases.money.profit import MoneyTerms
from app.usecases.returns.books import invoice_for
from app.wire.returns import ReturnReply
from tests.integration.store.test_profit import DECLARED, NOW, ZONE, trade
from tests.integration.store.world import a_sale, in_store, refused

SPAN = span_of("2026-11", NOW, ZONE)
TERMS = MoneyTerms(now=NOW, matures_s=14 * 86_400.0)


def test_profit_is_counted_anew_after_a_minute_and_under_other_terms(url: str) -> None:
    async def scene(store: Store) -> list[int]:
        reports, leads = MoneyReports(store), list[int]()

        async def look(terms: MoneyTerms, declared: Configuration = DECLARED) -> None:
            leads.append((await reports.profit(declared, SPAN, terms)).total.all.leads)

        await trade(store)
        await look(TERMS)
        await store.sell(a_sale(50, sold_at=NOW - 5.0), refused)
        await look(replace(TERMS, now=NOW + PROFIT_KEPT_S - 1.0))
        await look(replace(TERMS, matures_s=1.0))
        await look(TERMS, replace(DECLARED, config_hash="1" * 16))
        await look(replace(TERMS, now=NOW + PROFIT_KEPT_S))
        return leads

    assert in_store(url, scene) == [5, 5, 6, 6, 6]


def test_the_accounts_of_leads_are_written_in_a_thread(url: str, tmp_path: Path) -> None:
    def write(path: Path, leads: Iterator[LeadAccount]) -> None:
        path.write_text(" ".join(str(lead.price_cents) for lead in leads))

    async def scene(store: Store) -> None:
        await trade(store)
        await MoneyReports(store).write(DECLARED, SPAN, TERMS, tmp_path / "prices", write)

    in_store(url, scene)
    assert (tmp_path / "prices").read_text() == "2000 1501 3000 2500 4000"


def test_invoices_beside_each_other_are_those_of_each_seller(url: str) -> None:
    async def scene(store: Store) -> None:
        await trade(store)
        late, december = a_sale(4).lead_id, NOW + 20 * 86_400.0
        await store.request_return(ReturnWanted(lead=late, reason="fraud", why="", by="os:ada"), {}, december)
        await store.answer_return(ReturnReply(lead_id=late, answer="accepted"), "bluebird", december)
        reports = MoneyReports(store)
        for month, now in (("2026-11", NOW), ("2026-12", NOW + 30 * 86_400.0)):
            profit = await reports.profit(DECLARED, span_of(month, now, ZONE), replace(TERMS, now=now))
            found = await invoices_of(store, DECLARED, month, profit)
            assert [each.seller for each in found.sellers] == ["acme", "bluebird"]
            for each in found.sellers:
                invoice = await invoice_for(store, each.seller, month, ZONE)
                assert (each.leads, each.owed_cents) == (invoice.leads, invoice.owed_cents)
                assert (each.late.leads, each.late.cents) == (invoice.late, invoice.late_cents)
            assert found.total.late.cents == (2_500 if month == "2026-12" else 0)
            assert found.total.owed_cents == sum(each.owed_cents for each in found.sellers)

    in_store(url, scene)


def test_a_comparison_is_kept_for_an_hour_and_of_many_the_last(url: str) -> None:
    empty = BillComparison(
        seller="acme",
        month="2026-11",
        zone=ZONE,
        columns={},
        notes=(),
        billed_cents=0,
        owed_cents=0,
        causes=(),
        different=0,
        differences=(),
    )

    async def scene(store: Store) -> None:
        reports = MoneyReports(store)
        for number in range(COMPARISONS_MAX + 1):
            reports.keep(str(number), empty, NOW)
        kept = reports.comparisons(NOW)
        assert [each.name for each in kept] == [str(number) for number in range(COMPARISONS_MAX, 0, -1)]
        assert kept[0].comparison == empty
        assert reports.comparisons(NOW + COMPARISONS_KEPT_S) == ()

    in_store(url, scene)
