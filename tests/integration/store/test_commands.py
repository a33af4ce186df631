"""`leadbid migrate` and `leadbid deliveries`, as an operator types them, beside a running service."""

import asyncio
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.cli import main
from app.domain.calendar import utc_text
from app.domain.delivery.delivery import AttemptReport
from app.store.delivery.deliveries import Which
from app.store.store import Store
from tests.integration.store.world import NOW, a_sale, a_store, email_of, on_a_file, phone_of, refused

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def where(url: str) -> list[str]:
    """The words that name the database of this test."""
    return ["--database", url]


def said(capture: Capture, *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of one command."""
    try:
        status = main(["deliveries", *words])
    except SystemExit as exit_:
        status = int(str(exit_.code))
    out, err = capture.readouterr()
    return status, out, err


def trade(url: str, *, disable: bool = False) -> list[str]:
    """Three leads for one CRM: delivered, dead, and waiting for its second attempt; the deliveries in that order."""

    async def play() -> list[str]:
        async with a_store(url) as store:
            for number in range(3):
                await store.sell(a_sale(number, sold_at=NOW + number), refused)
            ids = []
            for claimed in await store.claim_due("crm", "w-1", NOW + 10.0, 3, 45.0):
                ids.append(claimed.delivery_id)
                failed = AttemptReport(
                    delivery_id=claimed.delivery_id,
                    destination="crm",
                    owner=claimed.owner,
                    attempt=1,
                    status="dead",
                    started_at=NOW + 10.0,
                    took_ms=120,
                    http_status=503,
                    note="HTTP 503",
                )
                ends = {
                    0: replace(failed, status="delivered", http_status=200, note="HTTP 200", crm_id="00Q1"),
                    1: failed,
                    2: replace(failed, status="pending", due_at=NOW + 15.0, disables=disable),
                }
                assert await store.acknowledge(ends[len(ids) - 1])
            return ids

    return asyncio.run(play())


def test_deliveries_are_listed_without_a_persons_data(url: str, where: list[str], capsys: Capture) -> None:
    ids = trade(url)
    status, out, err = said(capsys, "list", *where)
    assert (status, err) == (0, "")
    rows = [re.split(r" {2,}", line.strip()) for line in out.splitlines()]
    assert [row[0] for row in rows] == ["delivery", *reversed(ids)]
    assert [row[3] for row in rows[1:]] == ["pending", "dead", "delivered"]
    assert rows[1][6:] == [utc_text(NOW + 15.0), "HTTP 503"]
    assert rows[3][6:] == ["-", "HTTP 200"]
    for number in range(3):
        assert phone_of(number) not in out
        assert email_of(number) not in out


NARROWED: list[tuple[list[str], list[int]]] = [
    (["--status", "dead"], [1]),
    (["--destination", "dialer"], []),
    (["--destination", "crm", "--limit", "2"], [2, 1]),
    (["--since", utc_text(NOW + 1.0)], [2, 1]),
    (["--until", utc_text(NOW + 1.0)], [0]),
    (["--since", "2999-01-01"], []),
    (["--since", "999999d"], [2, 1, 0]),
    (["--lead", a_sale(1).lead_id], [1]),
]


def test_a_list_is_narrowed_by_what_is_named(url: str, where: list[str], capsys: Capture) -> None:
    ids = trade(url)
    for words, found in NARROWED:
        status, out, _ = said(capsys, "list", *words, *where)
        assert status == 0
        assert re.findall(r"^  ([0-9a-f]{24}) ", out, re.MULTILINE) == [ids[number] for number in found], words


@on_a_file
def test_one_delivery_is_shown_with_its_attempts(url: str, where: list[str], capsys: Capture) -> None:
    ids = trade(url)
    status, out, _ = said(capsys, "show", ids[0], *where)
    assert status == 0
    assert f"webhook-id    msg_{ids[0]}" in out
    assert "id in the CRM 00Q1" in out
    assert re.search(r"1 +\S+Z +120 +200 +delivered +HTTP 200", out)
    assert said(capsys, "show", "none", *where) == (1, "", "no delivery none\n")


def test_dead_letters_are_sent_again(url: str, where: list[str], capsys: Capture) -> None:
    ids = trade(url)
    assert said(capsys, "replay", "--status", "dead", *where) == (0, "1 delivery will be sent again\n", "")
    assert said(capsys, "replay", "--status", "dead", *where) == (1, "0 deliveries will be sent again\n", "")
    assert _statuses(url) == {ids[0]: "delivered", ids[1]: "pending", ids[2]: "pending"}


@on_a_file
def test_a_range_without_a_status_means_its_dead_letters(url: str, where: list[str], capsys: Capture) -> None:
    ids = trade(url)
    assert said(capsys, "replay", "--since", "2026-11-01", *where)[0] == 0
    assert _statuses(url)[ids[0]] == "delivered"


@on_a_file
def test_a_delivered_lead_is_sent_again_only_when_it_is_named(url: str, where: list[str], capsys: Capture) -> None:
    ids = trade(url)
    assert said(capsys, "replay", ids[0], *where)[0] == 0
    assert _statuses(url)[ids[0]] == "pending"


@on_a_file
def test_a_replay_of_nothing_in_particular_is_refused(where: list[str], capsys: Capture) -> None:
    status, _, err = said(capsys, "replay", *where)
    assert status == 1
    assert "nothing is selected" in err


@on_a_file
def test_a_disabled_destination_is_named_and_enabled(url: str, where: list[str], capsys: Capture) -> None:
    trade(url, disable=True)
    out = said(capsys, "list", *where)[1]
    assert "crm is disabled (HTTP 503); its leads wait until `leadbid deliveries enable crm`." in out
    assert said(capsys, "enable", "crm", *where) == (0, "crm is enabled; its leads are sent again\n", "")
    assert said(capsys, "enable", "crm", *where) == (1, "", "crm is not disabled\n")
    assert "disabled" not in said(capsys, "list", *where)[1]


@on_a_file
def test_a_moment_that_cannot_be_read_is_explained(where: list[str], capsys: Capture) -> None:
    status, _, err = said(capsys, "list", "--since", "yesterday", *where)
    assert status == 2
    assert "'yesterday': write 2026-11-21" in err


def test_a_directory_without_a_database_is_named_and_stays_empty(tmp_path: Path, capsys: Capture) -> None:
    status, _, err = said(capsys, "list", "--data", str(tmp_path / "nowhere"))
    assert status == 1
    assert f"there is no database {tmp_path / 'nowhere' / 'leadbid.db'}" in err
    assert not (tmp_path / "nowhere").exists()


def test_commands_work_beside_a_running_service(url: str, where: list[str], capsys: Capture) -> None:
    ids = trade(url)

    async def play() -> None:
        async with a_store(url) as service:

            async def serve() -> None:
                for number in range(10, 60):
                    assert (await service.sell(a_sale(number), refused)).outcome == "sold"

            serving = asyncio.ensure_future(serve())
            assert await asyncio.to_thread(main, ["deliveries", "replay", "--status", "dead", *where]) == 0
            await serving
            again = await service.claim_due("crm", "w-1", NOW + 1e9, 100, 45.0)
            assert ids[1] in {claimed.delivery_id for claimed in again}

    asyncio.run(play())


def test_migrate_makes_the_tables_once(tmp_path: Path, capsys: Capture) -> None:
    words = ["migrate", "--data", str(tmp_path / "data")]
    assert [main(words), main(words)] == [0, 0]
    assert capsys.readouterr().out == "migrated to revision 1\nnothing to do: already at revision 1\n"


def test_migrate_says_what_is_wrong_with_an_address(capsys: Capture) -> None:
    assert main(["migrate", "--database", "mysql://localhost/leads"]) == 1
    assert "no mysql database can be used" in capsys.readouterr().err


def _statuses(url: str) -> dict[str, str]:
    async def ask() -> dict[str, str]:
        store = Store(url)
        try:
            return {row.delivery_id: row.status for row in await store.deliveries(Which())}
        finally:
            await store.close()

    return asyncio.run(ask())
