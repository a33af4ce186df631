"""The books of the year find what they are there to find: each wrong that a service could do is done here."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.drill.kit.stepped.books import YearBooks
from app.drill.kit.stepped.installation import CONFIG, installation
from app.drill.kit.stepped.outside import Outside
from app.drill.kit.stepped.sellers import LeadState, OfferedLead, offered
from app.drill.kit.stepped.year import STARTS
from app.mock_exchange.market.replies import Offered
from tests.bidder import empty_database

SOLAR_DAY = "campaign/solar/day//2026-11-01"


class Bench:
    """Books, and a hand in the database that they look at."""

    def __init__(self, folder: Path) -> None:
        settings = installation(folder, CONFIG.read_text(encoding="utf-8"))
        settings.journal.mkdir(parents=True)
        self.database = settings.data / "leadbid.db"
        shutil.copy(empty_database(), self.database)
        self.outside = Outside(lambda: STARTS, "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw" * 2)
        self.books = YearBooks(settings, self.outside)
        self.journal = settings.journal

    def bid(self, number: int, cents: int = 1_000) -> OfferedLead:
        """A lead that was bid for."""
        lead = offered(1, number, STARTS)
        lead.bid, lead.bid_at = Offered(bid_id=f"bid-{number}", leg="exclusive", price_cents=cents), STARTS
        self.books.bid_for(lead)
        return lead

    def buy(self, lead: OfferedLead, **changes: object) -> None:
        """It is bought, and all that belongs to it is there but for the `changes`."""
        lead.lead_id, lead.price_cents, lead.heard = f"lead-{lead.number}", 1_000, LeadState.ACCEPTED
        row = {
            "lead_id": lead.lead_id,
            "seller": lead.seller,
            "nonce": f"{lead.number:016x}",
            "ping_id": f"bid-{lead.number}",
            "seller_lead_id": lead.who.lead_id,
            "campaign": "solar",
            "price_cents": 1_000,
            "sold_at": STARTS,
            "cap_uses": f'{{"{SOLAR_DAY}": 1}}',
            "delivery": "delivered",
            **changes,
        }
        status = row.pop("delivery")
        rest = {"sub_id": "", "vertical": "solar", "leg": "exclusive", "zip": "", "state": "", "person": ""}
        rest |= {"config_hash": "", "model_version": ""}
        with closing(sqlite3.connect(self.database)) as database, database:
            _insert(database, "lead", {**row, **rest, "identity": b""})
            database.execute(
                "INSERT INTO cap_counter VALUES (?, 1) ON CONFLICT (counter) DO UPDATE SET used = used + 1",
                (SOLAR_DAY,),
            )
            if status:
                empty = dict.fromkeys(("owner", "note", "crm_id", "crm_key", "subject", "feedback"), "")
                times = dict.fromkeys(("created_at", "due_at", "replays", "attempts"), 0)
                _insert(
                    database,
                    "delivery",
                    {
                        "delivery_id": lead.lead_id,
                        "lead_id": lead.lead_id,
                        "destination": "crm",
                        "status": status,
                        **empty,
                        **times,
                    },
                )

    def run(self, statement: str) -> None:
        with closing(sqlite3.connect(self.database)) as database, database:
            database.execute(statement)


def _insert(database: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "year")


def all_of(books: YearBooks) -> Iterator[str]:
    yield from books.look()
    yield from books.all_there()
    yield from books.counters()
    yield from books.deliveries()


def test_what_is_as_it_should_be_gives_no_finding(bench: Bench) -> None:
    lead = bench.bid(1)
    bench.buy(lead)
    bench.outside.webhooks[lead.lead_id] = {"msg_1"}
    assert [*all_of(bench.books), *bench.books.heard(lead)] == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"price_cents": 900}, "was bid 1000 cents for and bought for 900"),
        ({"ping_id": "another"}, "was bought under a bid that nobody has"),
        ({"delivery": ""}, "is to be delivered nowhere"),
        ({"delivery": "dead"}, "was given up after 0 attempts"),
        ({"delivery": "delivered"}, "counts as delivered, and the CRM does not have it"),
        ({"cap_uses": "{}"}, "says 1, and 0 were bought"),
    ],
)
def test_a_wrong_sale_is_found(bench: Bench, changes: dict[str, object], finding: str) -> None:
    bench.buy(bench.bid(1), **changes)
    assert any(finding in each for each in all_of(bench.books))


def test_a_lead_above_a_cap_and_a_person_bought_twice_are_found(bench: Bench) -> None:
    first = bench.bid(1)
    bench.buy(first)
    bench.buy(bench.bid(2), seller_lead_id=first.who.lead_id, seller=first.seller)
    for number in range(3, 10):
        bench.buy(bench.bid(number))
    found = list(bench.books.look())
    assert any("lead lead-2 was bought twice" in each for each in found)
    assert [each for each in found if "is over solar/day" in each] == [
        f"lead lead-9 is over solar/day: {SOLAR_DAY} is at 9 of 8"
    ]


def test_a_sale_that_is_lost_or_was_never_there_is_found(bench: Bench) -> None:
    lead = bench.bid(1)
    bench.buy(lead)
    list(bench.books.look())
    bench.run("DELETE FROM delivery")
    bench.run("DELETE FROM lead")
    assert list(bench.books.all_there()) == ["the database has 0 leads, and 1 were bought"]
    other = bench.bid(2)
    other.heard, other.lead_id = LeadState.ACCEPTED, "lead-2"
    assert "is not in the database" in next(bench.books.heard(other))


def test_a_lead_that_came_under_two_ids_or_from_nowhere_is_found(bench: Bench) -> None:
    lead = bench.bid(1)
    bench.buy(lead)
    bench.outside.webhooks |= {lead.lead_id: {"msg_1", "msg_2"}, "lead-7": {"msg_3"}}
    found = [*bench.books.look(), *bench.books.deliveries()]
    assert found == ["the CRM has lead lead-7, which was not bought", "lead lead-1 came under 2 ids"]


def test_a_sale_that_is_not_in_the_journal_is_found_unless_a_kill_took_it(bench: Bench) -> None:
    lead = bench.bid(1)
    bench.buy(lead)
    assert [*bench.books.look(), *bench.books.heard(lead)] == []
    bench.books.written()
    assert list(bench.books.journal()) == ["the journal does not have the sale of lead lead-1"]
    bench.buy(bench.bid(2))
    bench.books.killed()
    assert list(bench.books.journal()) == ["the journal does not have the sale of lead lead-1"]


def test_a_broken_line_is_found_unless_a_kill_cut_it_off(bench: Bench) -> None:
    (bench.journal / "2026-11-01T05.jsonl").write_bytes(b'{"v":1,"kind":"ping","at\n')
    assert "1 lines of the journal are broken, and 0 kills" in next(bench.books.journal())
    bench.books.cut_off = 1
    assert list(bench.books.journal()) == []


def test_an_invoice_that_is_not_what_was_bought_is_found(bench: Bench) -> None:
    lead = bench.bid(1)
    bench.buy(lead)
    list(bench.books.look())
    bounds = (STARTS - 1.0, STARTS + 1.0)
    assert list(bench.books.owed({lead.seller: (1, 1_000)}, bounds)) == []
    assert list(bench.books.owed({lead.seller: (1, 900)}, bounds)) == [
        f"the invoice of {lead.seller} has 1 leads for 900 cents; it should have (1, 1000)"
    ]


def test_the_line_of_a_sale_is_owed_once_its_seller_heard_and_it_was_written(bench: Bench) -> None:
    """What fails just after its commit is answered as bought only to the post that asks again."""
    books, lead = bench.books, bench.bid(1)
    bench.buy(lead)
    missing = [f"the journal does not have the sale of lead {lead.lead_id}"]
    assert list(books.look()) == []
    books.written()
    assert list(books.journal()) == []
    assert list(books.heard(lead)) == []
    assert list(books.journal()) == []
    books.written()
    assert list(books.journal()) == missing


@pytest.mark.parametrize("is_heard_before", [True, False])
def test_a_line_that_waits_is_excused_by_a_kill_until_its_seller_hears_anew(
    bench: Bench, is_heard_before: bool
) -> None:
    books, lead = bench.books, bench.bid(1)
    bench.buy(lead)
    found = [*books.look(), *(books.heard(lead) if is_heard_before else ())]
    books.killed()
    books.written()
    assert [*found, *books.journal()] == []
    found = [*books.heard(lead), *books.journal()]
    books.written()
    assert found == []
    assert list(books.journal()) == [f"the journal does not have the sale of lead {lead.lead_id}"]
