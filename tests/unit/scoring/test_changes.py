"""The pointer is changed a line at a time, at once, by one at a time, and every change is noted."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain.calendar import utc_text
from app.scoring.pointer import POINTER, Entry, read_pointer
from app.scoring.registry.changes import HISTORY, Author, NotChanged, change, changes, entries, point_at

NOW = 1_795_190_400.0
ME = Author(who="maria", at=NOW, why="it won")
BY_HAND = """# Ours.
solar = "0001"   # since May
# roofing waits for hail season
roofing = { live = "0002", before = "0001" }
"""


def text(models: Path) -> str:
    return (models / POINTER).read_text()


def tries(version: str, share: float = 0.0) -> Entry:
    return Entry(live="0001", challenger=version, canary=share)


def test_the_first_version_begins_a_file_with_a_word_of_explanation(tmp_path: Path) -> None:
    point_at(tmp_path / "models", "solar", "0001", ME)
    head, line = text(tmp_path / "models").splitlines()
    assert head.startswith("# The model that prices each vertical")
    assert line == 'solar = "0001"'


def test_what_a_person_wrote_stays_but_for_the_line_that_changes(tmp_path: Path) -> None:
    (tmp_path / POINTER).write_text(BY_HAND)
    change(tmp_path, "solar", "canary", ME, lambda _: tries("0003", 0.125))
    assert text(tmp_path) == BY_HAND.replace(
        'solar = "0001"   # since May', 'solar = { live = "0001", challenger = "0003", canary = 0.125 }'
    )
    point_at(tmp_path, "mortgage", "0001", ME)
    assert text(tmp_path).endswith('\nmortgage = "0001"\n')


def test_a_file_written_as_tables_is_written_anew_and_says_the_same(tmp_path: Path) -> None:
    (tmp_path / POINTER).write_text('[solar]\nlive = "0001"\n[roofing]\nlive = "0002"\nbefore = "0001"\n')
    point_at(tmp_path, "solar", "0002", ME)
    assert read_pointer(tmp_path) == {
        "roofing": Entry(live="0002", before="0001"),
        "solar": Entry(live="0002", before="0001"),
    }
    assert text(tmp_path).splitlines()[1] == 'roofing = { live = "0002", before = "0001" }'


def test_a_promoted_challenger_is_tried_no_more_and_another_goes_on(tmp_path: Path) -> None:
    (tmp_path / POINTER).write_text('solar = { live = "0001", challenger = "0003", canary = 0.5 }\n')
    point_at(tmp_path, "solar", "0002", ME)
    # From then on it is compared with another.
    assert entries(tmp_path)["solar"] == Entry(
        live="0002", before="0001", challenger="0003", canary=0.5, since=utc_text(ME.at)
    )
    point_at(tmp_path, "solar", "0003", ME)
    assert entries(tmp_path)["solar"] == Entry(live="0003", before="0002")


def test_every_change_is_noted_with_who_when_and_why(tmp_path: Path) -> None:
    point_at(tmp_path, "solar", "0001", ME)
    point_at(tmp_path, "solar", "0002", Author(who="jo", at=NOW + 60.0), did="train", forced=True)
    first, second = changes(tmp_path)
    assert (first.at, first.who, first.why, first.before, first.after) == (
        "2026-11-20T16:00:00Z",
        "maria",
        "it won",
        None,
        Entry(live="0001"),
    )
    assert (second.who, second.did, second.forced) == ("jo", "train", True)
    assert second.after == Entry(live="0002", before="0001")


def test_what_stays_the_same_is_no_change(tmp_path: Path) -> None:
    point_at(tmp_path, "solar", "0001", ME)
    before = (tmp_path / POINTER).stat()
    point_at(tmp_path, "solar", "0001", ME)
    after = (tmp_path / POINTER).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(changes(tmp_path)) == 1


def test_the_stump_of_a_line_in_the_history_is_passed_over(tmp_path: Path) -> None:
    point_at(tmp_path, "solar", "0001", ME)
    with (tmp_path / HISTORY).open("ab") as history:
        history.write(b'{"at":"2026-')
    assert len(changes(tmp_path)) == 1


@pytest.mark.parametrize("content", [b"solar = ", b"\xff\xfe", b'solar = "1"\nsolar = "2"'])
def test_a_pointer_that_cannot_be_read_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    (tmp_path / POINTER).write_bytes(content)
    with pytest.raises(NotChanged, match="Mend it or remove it"):
        point_at(tmp_path, "solar", "0001", ME)
    assert (tmp_path / POINTER).read_bytes() == content


def test_a_line_that_names_no_version_is_mended_by_naming_one_and_hinders_no_other(tmp_path: Path) -> None:
    (tmp_path / POINTER).write_text("solar = 3\nroofing = 4\n")
    point_at(tmp_path, "solar", "0003", ME)
    assert text(tmp_path) == 'solar = "0003"\nroofing = 4\n'
    with pytest.raises(NotChanged, match=r"roofing: .* must name a version"):
        entries(tmp_path)


def test_two_at_once_do_not_undo_each_other(tmp_path: Path) -> None:
    names = [f"vertical_{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: point_at(tmp_path, name, "0001", ME), names))
    assert sorted(entries(tmp_path)) == sorted(names)
    assert len(changes(tmp_path)) == len(names)
