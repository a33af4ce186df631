"""`leadbid leads`, `person`, `hold`, `forget` and `purge` work alike on both databases, as an operator types them."""

import asyncio
from pathlib import Path

import pytest

from app.cli import main
from tests.integration.store.world import INDEX_KEY, a_sale, a_store, count, email_of, phone_of, refused

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def where(url: str, tmp_path: Path) -> list[str]:
    """The words that name the database of this test, with two leads in it, and its keys."""

    async def sell() -> None:
        async with a_store(url) as store:
            for number in (1, 2):
                await store.sell(a_sale(number), refused)

    asyncio.run(sell())
    keys = tmp_path / "keys"
    keys.mkdir()
    for name, key in (("index", INDEX_KEY), ("sealing-1", b"e" * 32), ("signing-1", b"s" * 32)):
        (keys / f"{name}.key").write_text(key.hex())
    return ["--database", url, "--keys", str(keys), "--data", str(tmp_path / "data")]


def said(capture: Capture, *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of one command."""
    status = main(list(words))
    out, err = capture.readouterr()
    return status, out, err


def test_a_person_is_found_held_forgotten_and_found_no_more(
    url: str, where: list[str], tmp_path: Path, capsys: Capture
) -> None:
    lead_id, without_keys = a_sale(1).lead_id, [*where[:2], *where[4:]]
    status, out, err = said(capsys, "leads", "find", "--phone", f"+1 {phone_of(1)}", *where)
    assert (status, err) == (0, "")
    assert out.splitlines()[0].split() == ["lead", lead_id]
    assert email_of(1) in said(capsys, "person", phone_of(1), *where)[1]
    assert said(capsys, "leads", "evidence", lead_id, "--out", str(tmp_path / "proof.zip"), *where)[0] == 0
    assert "hold-1 holds 1 lead" in said(capsys, "hold", "add", email_of(1), "--why", "letter", *where)[1]
    assert "hold-1" in said(capsys, "forget", phone_of(1), *where)[2]
    assert said(capsys, "hold", "end", "hold-2", *without_keys)[0] == 1
    assert said(capsys, "hold", "end", "hold-1", *without_keys)[0] == 0
    assert said(capsys, "hold", "list", *without_keys)[1] == "nothing is held\n"
    assert said(capsys, "forget", phone_of(1), "--dry-run", *where)[1] == f"1 lead would be forgotten: {lead_id}\n"
    assert said(capsys, "forget", phone_of(1), *where)[1].startswith(
        "forgotten: 1 lead, 3 pieces of evidence, 1 answer"
    )
    assert said(capsys, "leads", "find", "--email", email_of(1), *where)[0] == 1
    assert said(capsys, "leads", "find", "--email", email_of(2), *where)[0] == 0
    assert said(capsys, "forget", phone_of(1), *where)[1].startswith("nothing was held")
    assert said(capsys, "forget", "f" * 24, *where)[2].startswith("no lead ffff")
    assert said(capsys, "purge", *without_keys)[0] == 0
    assert (count(url, "evidence"), count(url, "unwiped"), count(url, "lead")) == (3, 0, 2)
