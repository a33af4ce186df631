"""A bidder's journal, its sales and what its CRM said become rows that models learn from, each accounted for."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.vertical import Vertical
from app.journal.compact import compact
from app.journal.lines import NoticeLine
from app.journal.writer import JournalWriter
from app.parquet import read
from app.reports.export import export_outcomes, export_sales
from app.store.returns.requests import ReturnWanted
from app.usecases.bidder import Bidder
from app.usecases.feedback import record_notice, record_outcome
from app.wire.feedback import Notice, Outcome, OutcomeKind
from app.wire.ping import PingAnswer
from app.wire.returns import ReturnReply
from tests import build
from tests.bidder import another, ask, at_bidder, sell, somebody
from tests.build import NOW, campaign, catalogue
from training.histories.bids import LoggedBid, read_bids
from training.histories.dataset import BIDS, LEADS, DatasetSummary, gather
from training.histories.declared import DeclaredVerticals
from training.histories.journaled import DatasetRules, DatasetSources
from training.main import main

Capture = pytest.CaptureFixture[str]
DAY = 86_400.0
LATER = NOW + 40 * DAY
ZONE = "America/Chicago"


def declared(*verticals: Vertical) -> DeclaredVerticals:
    return DeclaredVerticals(verticals={each.name: each for each in verticals or (build.vertical(),)}, zone=ZONE)


def rules(**other: Any) -> DatasetRules:
    return DatasetRules(**{"now": LATER, "maturity_s": 30 * DAY, **other})


def bid(bidder: Bidder, number: int, now: float = NOW, **other: Any) -> PingAnswer:
    """The answer to the ping of one lead, told apart by its number."""
    return ask(bidder, now=now, **{**another(number), "lead_type": "exclusive", "created_at": now - 60.0, **other})


async def buy(bidder: Bidder, number: int, now: float = NOW, **other: Any) -> str:
    """The id of the lead that was bought."""
    who: dict[str, Any] = {"contact": somebody(number), "consent_at": now - 60.0, **another(number)}
    answer = await sell(bidder, bid(bidder, number, now, **other).ping_id, now=now + 1.0, **who)
    assert answer.status == "accepted"
    return answer.lead_id


async def tell(bidder: Bidder, lead_id: str, event: OutcomeKind, at: float, value_cents: int | None = None) -> None:
    heard = Outcome(
        lead_id=lead_id, event=event, event_id=f"{lead_id}-{event}-{at}", occurred_at=at, value_cents=value_cents
    )
    assert (await record_outcome(bidder, heard, at + 5.0)).status == "recorded"


def notice(bidder: Bidder, bid_id: str, result: Any, price_cents: int | None = None, now: float = NOW + 5.0) -> Any:
    return record_notice(bidder, build.seller(), Notice(ping_id=bid_id, result=result, price_cents=price_cents), now)


def lived(folder: Path, scene: Callable[[Bidder], Any], catalogue: Any = None, exported_at: float = LATER) -> Path:
    """The data directory in which a scene was played, exported, with a last line long after all bids expired."""
    folder.mkdir(exist_ok=True)

    async def played(bidder: Bidder) -> None:
        await scene(bidder)
        bidder.journal.append(NoticeLine(at=NOW + 30 * DAY, seller="acme", ping_id="", result="lost"))
        assert isinstance(bidder.journal, JournalWriter)
        bidder.journal.flush()
        exports = folder / "export"
        exports.mkdir(exist_ok=True)
        sold, heard = await bidder.store.sold(0.0, exported_at), await bidder.store.outcomes(0.0, exported_at)
        export_sales(exports / "sales.parquet", sold, exported_at, lambda _: None)
        export_outcomes(exports / "outcomes.parquet", heard, exported_at, lambda _: None)

    at_bidder(folder, played, catalogue)
    return folder


def of(*folders: Path) -> DatasetSources:
    return DatasetSources(
        journals=tuple(folder / "journal" for folder in folders),
        sales=tuple(folder / "export" / "sales.parquet" for folder in folders),
        outcomes=tuple(folder / "export" / "outcomes.parquet" for folder in folders),
    )


def gathered(
    folder: Path, out: Path, *, known: DeclaredVerticals | None = None, **other: Any
) -> tuple[DatasetSummary, list[LoggedBid]]:
    summary = gather(of(folder), rules(**other), known or declared(), out, lambda _: None)
    return summary, list(read_bids(out / BIDS))


def leads(out: Path, columns: str) -> list[tuple[Any, ...]]:
    return list(read(out / LEADS, columns))


def test_every_bid_says_what_became_of_it(tmp_path: Path) -> None:
    answers: dict[str, PingAnswer] = {}

    async def scene(bidder: Bidder) -> None:
        answers["bought"] = bid(bidder, 1)
        assert (await sell(bidder, answers["bought"].ping_id, contact=somebody(1), **another(1))).status == "accepted"
        answers["lost by notice"] = bid(bidder, 2)
        await notice(bidder, answers["lost by notice"].ping_id, "lost", 2_500)
        answers["lost by expiry"] = bid(bidder, 3)
        answers["won, never posted"] = bid(bidder, 4)
        await notice(bidder, answers["won, never posted"].ping_id, "won")
        answers["won, refused"] = bid(bidder, 5)
        refused = await sell(bidder, answers["won, refused"].ping_id, **{**another(5), "contact": {"phone": "12"}})
        assert refused.reason_code == "invalid_contact"
        answers["won, too late"] = bid(bidder, 6)
        late = await sell(bidder, answers["won, too late"].ping_id, now=NOW + 600.0, contact=somebody(6), **another(6))
        assert late.reason_code == "ping_expired"
        answers["said lost, bought all the same"] = bid(bidder, 7)
        await notice(bidder, answers["said lost, bought all the same"].ping_id, "lost")
        sold = await sell(
            bidder, answers["said lost, bought all the same"].ping_id, contact=somebody(7), **another(7), now=NOW + 9.0
        )
        assert sold.status == "accepted"

    summary, bids = gathered(lived(tmp_path / "data", scene), tmp_path / "out")
    found = {each.id: each for each in bids}
    assert {name: found[answer.ping_id].won for name, answer in answers.items()} == {
        "bought": True,
        "lost by notice": False,
        "lost by expiry": False,
        "won, never posted": True,
        "won, refused": True,
        "won, too late": True,
        "said lost, bought all the same": True,
    }
    assert found[answers["lost by notice"].ping_id].winning_cents == 2_500
    bought = {name for name, answer in answers.items() if found[answer.ping_id].lead_id}
    assert bought == {"bought", "said lost, bought all the same"}
    assert summary.posts == {"accepted": 2, "rejected": 1, "reping": 1}
    (trade,) = summary.verticals
    assert (trade.bids, trade.won, trade.lost, trade.undecided, trade.leads) == (7, 5, 2, 0, 2)
    assert summary.left_out == {}


def test_a_bid_stands_as_it_was_decided(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid(bidder, 1, min_price_cents=700, sub_id="s-1", fields={"roof": "tile", "monthly_bill": 180.5})

    _, (found,) = gathered(lived(tmp_path / "data", scene), tmp_path / "out")
    assert (found.seller, found.vertical, found.campaign, found.leg) == ("acme", "solar", "solar-tx", "exclusive")
    assert (found.zip, found.state, found.model, found.floor_cents) == ("78701", "TX", "1", 700)
    assert (found.probability, found.worth, found.at) == (0.2, 40_000.0, NOW)
    assert found.low == 700.0 <= found.best <= found.high == min(6_000.0, found.bid_value)
    assert (found.price_cents, found.spread) == (int(found.best), 0.0)
    assert found.facts == {
        "roof": "tile",
        "monthly_bill": 180.5,
        "zip": "78701",
        "zip3": "787",
        "state": "TX",
        "sub_id": "s-1",
        "local_hour": 10,
        "weekday": 4,
    }


def test_a_bid_at_price_points_stands_with_all_that_were_allowed(tmp_path: Path) -> None:
    points = (300, 1_900, 3_500, 9_000)

    async def scene(bidder: Bidder) -> None:
        bid(bidder, 1)

    whole = catalogue([campaign(price_points=points)])
    _, (found,) = gathered(lived(tmp_path / "data", scene, whole), tmp_path / "out")
    assert (found.points, found.best, found.price_cents) == (points, 1_900.0, 1_900)


def test_of_two_legs_only_the_one_that_was_taken_has_won(tmp_path: Path) -> None:
    legs: list[tuple[str, str]] = []

    async def scene(bidder: Bidder) -> None:
        answer = bid(bidder, 1, lead_type="any")
        legs.extend((each.bid_id, each.type) for each in answer.bids)
        shared = next(each.bid_id for each in answer.bids if each.type == "shared")
        assert (await sell(bidder, shared, contact=somebody(1), **another(1))).status == "accepted"

    summary, bids = gathered(lived(tmp_path / "data", scene), tmp_path / "out")
    assert {(each.leg, each.won) for each in bids} == {("shared", True), ("exclusive", False)}
    assert len({each.ping for each in bids}) == 1
    assert {(each.id, each.leg) for each in bids} == set(legs)
    assert (summary.with_bid, summary.verticals[0].bids) == (1, 2)
    assert leads(tmp_path / "out", "leg") == [("shared",)]


def test_what_is_live_when_the_journal_ends_nobody_can_know(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        bid(bidder, 1)
        bid(bidder, 2, now=NOW + 60.0)
        bidder.journal.append(NoticeLine(at=NOW + 130.0, seller="acme", ping_id="", result="lost"))

    folder = lived(tmp_path / "data", scene)
    _, bids = gathered(folder, tmp_path / "out", now=NOW + 150.0)
    assert [each.won for each in bids] == [False, None]
    _, bids = gathered(folder, tmp_path / "out", now=NOW + 30.0)
    assert [each.won for each in bids] == [None]


def test_who_returns_leads_here_is_paid_back_for_those_alone_that_the_seller_took_back(tmp_path: Path) -> None:
    ids: dict[str, str] = {}

    async def scene(bidder: Bidder) -> None:
        for number, name in enumerate(("accepted", "refused", "later accepted", "not asked for"), 1):
            ids[name] = await buy(bidder, number)
            await tell(bidder, ids[name], "invalid", NOW + 2 * DAY)
        for name in ("accepted", "refused", "later accepted"):
            wanted = ReturnWanted(lead=ids[name], reason="invalid_phone", why="a fax", by="ada")
            await bidder.store.request_return(wanted, {}, NOW + 3 * DAY)
            answer = ReturnReply(lead_id=ids[name], answer="accepted" if name == "accepted" else "refused")
            await bidder.store.answer_return(answer, "acme", NOW + 4 * DAY)
        second = ReturnReply(lead_id=ids["later accepted"], answer="accepted")
        await bidder.store.answer_return(second, "acme", NOW + 9 * DAY)

    folder = lived(tmp_path / "data", scene)
    summary, bids = gathered(folder, tmp_path / "out")
    returned = {each.lead_id: each.returned for each in bids}
    assert {name: returned[lead_id] for name, lead_id in ids.items()} == {
        "accepted": True,
        "refused": False,
        "later accepted": True,
        "not asked for": False,
    }
    assert "events this version does not know" not in summary.left_out


def test_a_lead_is_judged_by_its_first_days_alone_and_not_before_they_are_over(tmp_path: Path) -> None:
    ids: dict[str, str] = {}

    async def scene(bidder: Bidder) -> None:
        ids["sold in time"] = await buy(bidder, 1)
        await tell(bidder, ids["sold in time"], "sold", NOW + 5 * DAY, 90_000)
        await tell(bidder, ids["sold in time"], "contacted", NOW + 1 * DAY)
        ids["sold late"] = await buy(bidder, 2)
        await tell(bidder, ids["sold late"], "quoted", NOW + 3 * DAY)
        await tell(bidder, ids["sold late"], "sold", NOW + 31 * DAY, 70_000)
        ids["sold without a value"] = await buy(bidder, 3)
        await tell(bidder, ids["sold without a value"], "sold", NOW + 2 * DAY)
        ids["returned"] = await buy(bidder, 4)
        await tell(bidder, ids["returned"], "invalid", NOW + 2 * DAY)
        ids["corrected"] = await buy(bidder, 5)
        await tell(bidder, ids["corrected"], "sold", NOW + 9 * DAY, 10_000)
        await tell(bidder, ids["corrected"], "sold", NOW + 4 * DAY, 99_000)
        await tell(bidder, ids["corrected"], "opted_out", NOW + 9 * DAY)
        ids["young"] = await buy(bidder, 6, now=NOW + 20 * DAY)
        await tell(bidder, ids["young"], "sold", NOW + 21 * DAY, 50_000)

    folder = lived(tmp_path / "data", scene)
    summary, bids = gathered(folder, tmp_path / "out")
    rows = {row[0]: row[1:] for row in leads(tmp_path / "out", "lead_id, disposition, converted, value_cents, matured")}
    assert {name: rows[lead_id] for name, lead_id in ids.items()} == {
        "sold in time": ("sold", True, 90_000, True),
        "sold late": ("quoted", False, None, True),
        "sold without a value": ("sold", True, 40_000, True),
        "returned": ("", False, None, True),
        "corrected": ("sold", True, 10_000, True),
        "young": ("sold", None, None, False),
    }
    assert leads(tmp_path / "out", "count_if(returned), count_if(opted_out)") == [(1, 1)]
    # When each came to a sale, however late, and what was said of it.
    told = {row[0]: row[1:] for row in leads(tmp_path / "out", "lead_id, converted_at, stated_cents")}
    assert told[ids["sold late"]] == (NOW + 31 * DAY, 70_000)
    assert told[ids["young"]] == (NOW + 21 * DAY, 50_000)
    assert told[ids["sold without a value"]] == (NOW + 2 * DAY, None)
    assert told[ids["returned"]] == (None, None)
    assert leads(tmp_path / "out", "DISTINCT maturity_days, known_until") == [(30.0, LATER)]
    assert summary.delays == {}
    by_lead = {each.lead_id: each for each in bids}
    assert by_lead[ids["sold in time"]].value_cents == 90_000
    assert (by_lead[ids["young"]].converted, by_lead[ids["young"]].value_cents) == (None, 0)
    assert by_lead[ids["returned"]].returned
    (trade,) = summary.verticals
    assert (trade.leads, trade.matured, trade.converted, trade.returned) == (6, 5, 3, 1)
    assert summary.noted == {"opted out": 1, "converted after the maturity window": 1}

    summary, _ = gathered(folder, tmp_path / "out", conversion="quoted")
    assert summary.verticals[0].converted == 4


def test_what_was_not_heard_of_yet_does_not_count(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        lead_id = await buy(bidder, 1)
        late = Outcome(lead_id=lead_id, event="sold", event_id="e", occurred_at=NOW + DAY, value_cents=1)
        await record_outcome(bidder, late, NOW + 35 * DAY)

    folder = lived(tmp_path / "data", scene)
    assert [each.converted for each in gathered(folder, tmp_path / "out", now=NOW + 34 * DAY)[1]] == [False]
    assert [each.converted for each in gathered(folder, tmp_path / "out", now=NOW + 36 * DAY)[1]] == [True]


def test_an_old_export_says_nothing_of_leads_that_matured_since(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await buy(bidder, 1)

    folder = lived(tmp_path / "data", scene, exported_at=NOW + 10 * DAY)
    summary, bids = gathered(folder, tmp_path / "out")
    assert summary.as_of == NOW + 10 * DAY
    assert [each.converted for each in bids] == [None]


def test_tests_and_repeats_are_counted_and_left_out_and_refusals_counted_by_reason(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        test = bid(bidder, 1, test=True)
        sold = await sell(bidder, test.ping_id, contact=somebody(1), **{**another(1), "test": True})
        assert sold.status == "accepted"
        bid(bidder, 2)
        bid(bidder, 2, now=NOW + 2.0)
        bid(bidder, 3, zip="10001", state="NY")
        bid(bidder, 4, deadline_ms=100, took_ms=200.0)

    summary, bids = gathered(lived(tmp_path / "data", scene), tmp_path / "out")
    assert (summary.pings, summary.with_bid, summary.tests, summary.repeats) == (3, 1, 1, 1)
    assert summary.declined == {"outside_territory": 1, "deadline": 1}
    # Friday, ten in the morning in Chicago.
    assert {at: count for at, count in enumerate(summary.traffic["solar"]) if count} == {4 * 24 + 10: 3}
    assert (len(bids), summary.posts, summary.left_out) == (1, {}, {})
    assert leads(tmp_path / "out", "*") == []


def test_a_fallback_price_teaches_no_landscape_but_its_lead_is_one(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await buy(bidder, 1)

    unpriced = build.catalogue([build.campaign(fallback_cents=900)], models=())
    summary, bids = gathered(lived(tmp_path / "data", scene, unpriced), tmp_path / "out")
    assert bids == []
    assert summary.left_out == {"bids at a fallback price, which no rule priced": 1}
    assert leads(tmp_path / "out", "price_cents, probability, converted") == [(900, None, False)]


def test_a_span_takes_its_own_pings_and_the_leads_they_became(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for number, at in enumerate((0.0, 100.0, 200.0, 300.0)):
            await buy(bidder, number, now=NOW + at)

    folder = lived(tmp_path / "data", scene)
    summary, bids = gathered(folder, tmp_path / "out", since=NOW + 100.0, until=NOW + 300.0)
    assert [each.at - NOW for each in bids] == [100.0, 200.0]
    assert leads(tmp_path / "out", '"at"') == [(NOW + 100.0,), (NOW + 200.0,)]
    assert (summary.pings, summary.since, summary.until) == (2, NOW + 100.0, NOW + 200.0)
    # The first lead was sold within the span's first second of sales, and its ping is known to lie before it.
    assert summary.left_out == {}


def test_what_finds_no_partner_is_named_and_counted(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        for number in range(3):
            await tell(bidder, await buy(bidder, number), "contacted", NOW + DAY)

    folder = lived(tmp_path / "data", scene)
    (journal,) = (folder / "journal").glob("2026-11-20*")
    whole = journal.read_text().splitlines(keepends=True)
    # A kill took the first ping's line, and left a stump.
    journal.write_text("".join(whole[1:]) + '{"kind":"pi')
    other = lived(tmp_path / "other", lambda bidder: buy(bidder, 7))
    shutil.copytree(journal.parent, tmp_path / "copy")
    sources = DatasetSources(
        journals=(journal.parent, other / "journal", tmp_path / "copy"),
        sales=of(folder).sales,
        outcomes=of(folder).outcomes,
    )
    summary = gather(sources, rules(), declared(), tmp_path / "out", lambda _: None)
    assert summary.left_out == {
        "bids that stand in the journals twice": 2,
        "posts and notices whose bid is not in the journals": 2,
        "leads whose ping is not in the journals": 1,
        "leads bought but not exported": 1,
        "lines that cannot be read": 2,
    }
    assert len(leads(tmp_path / "out", "lead_id")) == 2


def test_a_decision_that_a_restart_lost_is_found_again_in_the_journal(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()

    async def pinged(bidder: Bidder) -> str:
        answer = bid(bidder, 1)
        assert isinstance(bidder.journal, JournalWriter)
        bidder.journal.flush()
        return answer.ping_id

    ping_id = at_bidder(folder, pinged)
    summary, bids = gathered(
        lived(folder, lambda bidder: sell(bidder, ping_id, contact=somebody(1), **another(1))), tmp_path / "out"
    )
    assert summary.noted == {"decisions that a restart lost, found again in the journal": 1}
    assert leads(tmp_path / "out", "probability") == [(0.2,)]
    assert [each.won for each in bids] == [True]


def test_compacted_hours_are_read_like_the_others(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await tell(bidder, await buy(bidder, 1), "sold", NOW + DAY, 90_000)
        bid(bidder, 2)

    folder = lived(tmp_path / "data", scene)
    before = gathered(folder, tmp_path / "out")
    assert [each.name for each in compact(folder / "journal", LATER, lambda *_: None)]
    assert not list((folder / "journal").glob("*.jsonl"))
    assert gathered(folder, tmp_path / "out") == before


def test_a_vertical_of_which_nothing_was_bought_is_counted_too(tmp_path: Path, capsys: Capture) -> None:
    async def scene(bidder: Bidder) -> None:
        bid(bidder, 1)

    folder = lived(tmp_path / "data", scene)
    words = ["--data", str(folder), "--out", str(tmp_path / "out"), "--now", str(LATER)]
    assert main(["dataset", *words]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.strip().startswith("solar"))
    assert row.split()[1:] == ["1", "0", "1", "0", "0", "0", "0", "0", "0"]


def test_two_services_are_read_as_one(tmp_path: Path) -> None:
    one = lived(tmp_path / "one", lambda bidder: buy(bidder, 1))
    two = lived(tmp_path / "two", lambda bidder: buy(bidder, 2, seller=None))
    summary = gather(of(one, two), rules(), declared(), tmp_path / "out", lambda _: None)
    assert (summary.with_bid, summary.verticals[0].leads) == (2, 2)


def test_facts_are_columns_under_their_own_names(tmp_path: Path) -> None:
    async def scene(bidder: Bidder) -> None:
        await buy(bidder, 1, fields={"roof": "tile", "monthly_bill": 180.0})

    folder = lived(tmp_path / "data", scene)
    odd = build.vertical(
        name="odd", fields=(*build.vertical().fields[:1], build.vertical().fields[1], build.vertical().fields[2])
    )
    gathered(folder, tmp_path / "out", known=declared(build.vertical(), odd))
    assert leads(tmp_path / "out", "roof, monthly_bill, utility, state, zip3, local_hour, weekday") == [
        ("tile", 180.0, None, "TX", "787", 10, 4)
    ]


def test_the_command_prints_what_is_in_it(tmp_path: Path, capsys: Capture) -> None:
    async def scene(bidder: Bidder) -> None:
        await tell(bidder, await buy(bidder, 1), "sold", NOW + DAY, 90_000)
        bid(bidder, 2)
        bid(bidder, 3, zip="10001", state="NY")

    folder, out = lived(tmp_path / "data", scene), tmp_path / "out"
    words = ["dataset", "--data", str(folder), "--out", str(out), "--now", str(LATER)]
    assert main(words) == 0
    page = capsys.readouterr().out
    assert "3 pings: 2 with a bid, 1 declined: outside_territory 1" in page
    assert "a lead matures within 14 days" in page
    assert main([*words, "--json", "--maturity-days", "60"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verticals"][0]["matured"] == 0
    assert told["maturity_s"] == 60 * DAY
    assert {path.name for path in out.iterdir()} == {BIDS, LEADS, "summary.json"}


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ([], "say where the journal is"),
        (["--data", "DATA"], "run `leadbid export --data DATA` first"),
        (["--journal", "DATA/journal"], "say what was sold"),
        (["--journal", "DATA/nowhere", "--sales", "DATA/s", "--outcomes", "DATA/o"], "does not exist"),
    ],
)
def test_what_cannot_be_joined_is_said_with_the_remedy(
    words: list[str], remedy: str, tmp_path: Path, capsys: Capture
) -> None:
    data = tmp_path / "data"
    (data / "journal").mkdir(parents=True)
    for name in "so":
        (data / name).touch()
    words = [word.replace("DATA", str(data)) for word in words]
    assert main(["dataset", "--out", str(tmp_path / "out"), *words]) == 2
    assert remedy.replace("DATA", str(data)) in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_damaged_export_is_named_and_leaves_the_former_dataset(tmp_path: Path, capsys: Capture) -> None:
    folder, out = lived(tmp_path / "data", lambda bidder: buy(bidder, 1)), tmp_path / "out"
    words = ["dataset", "--data", str(folder), "--out", str(out), "--now", str(LATER)]
    assert main(words) == 0
    former = (out / LEADS).read_bytes()
    (folder / "export" / "sales.parquet").write_bytes(b"no parquet")
    assert main(words) == 2
    assert "sales.parquet" in capsys.readouterr().err
    assert (out / LEADS).read_bytes() == former
    assert {path.name for path in out.iterdir()} == {BIDS, LEADS, "summary.json"}


def test_an_empty_journal_is_no_dataset(tmp_path: Path, capsys: Capture) -> None:
    folder = lived(tmp_path / "data", lambda bidder: buy(bidder, 1))
    shutil.rmtree(folder / "journal")
    (folder / "journal").mkdir()
    assert main(["dataset", "--data", str(folder), "--out", str(tmp_path / "out")]) == 2
    assert "holds no line" in capsys.readouterr().err
