"""Looking through a journal from its end: whatever the sizes of lines, and only as long as there is time."""

import random
from itertools import count
from pathlib import Path

import pytest

from app.journal import looking
from app.journal.looking import Looking, parts_back, texts_back
from app.journal.parts import parts
from tests.build import NOW
from tests.journal import as_written, route, written

HOUR_S = 3_600.0


def lumpy(folder: Path, seed: int, number: int = 300) -> list[bytes]:
    """Lines from short to much longer than a block, among them empty ones, as a disk may hold them."""
    chance = random.Random(seed)
    texts = [
        as_written(route(each, NOW + each)) + b" " * chance.choice((0, 0, 40, 700, 3_000)) for each in range(number)
    ]
    with (written(folder, route(0)) / "2026-11-20T16.jsonl").open("wb") as file:
        file.write(b"".join(text + b"\n" * chance.choice((1, 1, 2)) for text in texts))
        file.write(b'{"v":1,"kind":"pi' if seed % 2 else b"")
    return texts + ([b'{"v":1,"kind":"pi'] if seed % 2 else [])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("block", [1, 97, 1_000, 524_288])
def test_every_line_comes_once_and_the_last_one_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, block: int
) -> None:
    monkeypatch.setattr(looking, "BLOCK", block)
    texts = lumpy(tmp_path, seed, 10 if block == 1 else 300)
    (part,) = parts(tmp_path)
    assert [*texts_back(part, Looking())] == texts[::-1]
    wanted = [text for text in texts if b"00007" in text and b"acme" in text]
    assert [*texts_back(part, Looking(), (frozenset((b"00007", b"none")), frozenset((b"acme",))))] == wanted[::-1]


@pytest.mark.parametrize("until", [NOW - 1.0, NOW, NOW + 100.5, NOW + 299.0, NOW + 900.0])
def test_what_was_written_later_is_passed_over_but_for_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: float
) -> None:
    monkeypatch.setattr(looking, "BLOCK", 1_000)
    texts = lumpy(tmp_path, 2)
    (part,) = parts(tmp_path)
    found = [*texts_back(part, Looking(), (), until)]
    early = [text for number, text in enumerate(texts) if NOW + number <= until]
    assert found[len(found) - len(early) :] == early[::-1]
    assert len(found) - len(early) < 40


def test_a_look_that_runs_out_of_time_says_how_far_it_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "BLOCK", 2_000)
    texts = lumpy(tmp_path, 4)
    (part,) = parts(tmp_path)
    seconds = count()
    look = Looking(lambda: float(next(seconds)), 5.0)
    found = [*texts_back(part, look)]
    assert look.ran_out
    assert 0 < len(found) < len(texts)
    assert found == texts[::-1][: len(found)]
    assert look.back_to == NOW + len(texts) - len(found), "every line since then was seen"


def test_hours_come_newest_first_and_all_of_them_are_a_whole(tmp_path: Path) -> None:
    written(tmp_path, *[route(each, NOW + each * HOUR_S) for each in range(4)])
    look = Looking()
    assert [part.hour[-2:] for part in parts_back(tmp_path, look, NOW + HOUR_S)] == ["19", "18", "17"]
    assert (look.is_whole, look.back_to) == (True, NOW + HOUR_S)
    seconds = count()
    hurried = Looking(lambda: float(next(seconds)), 3.0)
    assert [part.hour[-2:] for part in parts_back(tmp_path, hurried)] == ["19", "18"]
    assert (hurried.is_whole, hurried.back_to) == (False, NOW + 2 * HOUR_S)


def test_a_line_without_an_end_is_passed_over_and_does_not_grow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "BLOCK", 100)
    monkeypatch.setattr(looking, "LINE_MAX", 1_000)
    folder = written(tmp_path, route(1))
    with (folder / "2026-11-20T16.jsonl").open("ab") as file:
        file.write(b"\0" * 50_000 + b"\n" + as_written(route(2)) + b"\n")
    (part,) = parts(folder)
    found = [*texts_back(part, Looking())]
    assert found[0] == as_written(route(2))
    assert found[-1] == as_written(route(1))
    assert max(map(len, found)) <= 1_100
