"""Lines and columns of another version are refused by name, wherever they are read; what is damaged is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app import parquet
from app.cli import main
from app.journal.compact import compact
from app.journal.configurations import FOLDER, NoConfiguration, keep, read
from app.journal.flat import Flat
from app.journal.parts import parts
from app.journal.reader import find, lines, pings
from app.journal.versions import LINES, STAMP, OtherVersion, check_line
from app.journal.writer import hour_file, hour_of
from app.reports.hours import count_span, keep_tallies
from tests.build import NOW, catalogue
from tests.journal import as_written, route, written
from tests.table import each_row
from training.main import main as training

HOUR_S = 3_600.0
LATER = b'{"v":2,"kind":"refused","at":%d,"seller":"acme","id":"b"}' % NOW
NONE = b'{"kind":"refused","at":%d,"seller":"acme","id":"b"}' % NOW

READERS: list[Callable[[Path], object]] = [
    lambda folder: list(lines(folder)),
    lambda folder: list(pings(folder)),
    lambda folder: find(folder, "b"),
    lambda folder: count_span(folder, 0.0, float("inf")),
    keep_tallies,
]


def compacted(folder: Path) -> None:
    list(compact(folder, NOW + HOUR_S, lambda _name, _count: None))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("text", "named"), [(LATER, "version 2"), (NONE, "no version")])
def test_every_reader_names_the_file_and_both_versions(
    tmp_path: Path, reader: Callable[[Path], object], text: bytes, named: str
) -> None:
    written(tmp_path, route(1))
    file = tmp_path / hour_file(NOW)
    file.write_bytes(file.read_bytes() + text + b"\n")
    if reader is keep_tallies:
        # It looks at compacted hours alone, and these are never made of such lines.
        with pytest.raises(OtherVersion):
            compacted(tmp_path)
        assert [part.is_parquet for part in parts(tmp_path)] == [False]
        return
    with pytest.raises(OtherVersion) as refused:
        reader(tmp_path)
    assert str(refused.value) == (
        f"{file} holds lines of {named}; this leadbid reads version {LINES}. "
        f"Read it with the leadbid that wrote it, or move it out of {tmp_path}."
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("notes", [{"v": 2}, {}])
def test_columns_of_another_version_are_refused_too(
    tmp_path: Path, reader: Callable[[Path], object], notes: dict[str, int]
) -> None:
    file = tmp_path / f"{hour_of(NOW)}-1.parquet"
    parquet.write(file, Flat, [Flat(id="b", line=as_written(route(1)).decode())], notes=lambda: notes)
    named = "version 2" if notes else "no version"
    with pytest.raises(OtherVersion, match=f"{file.name} holds columns of {named}; this leadbid reads version 1"):
        reader(tmp_path)


@each_row("text", [b'{"v":2,"kind":"refused","at":17', b"", b"{}", b'{"at":1}', b"[]", b"17", b"\xff\xfe"])
def test_what_is_no_line_of_any_version_is_left_to_be_passed_over(text: bytes) -> None:
    check_line(text, Path("hour.jsonl"))


def test_a_line_that_somebody_wrote_with_spaces_is_read_as_what_it_says(tmp_path: Path) -> None:
    spaced = as_written(route(1)).replace(b'"v":1,', b' "v": 1, ')
    (tmp_path / hour_file(NOW)).write_bytes(spaced + b"\n")
    assert list(lines(tmp_path)) == [route(1)]


def test_every_line_is_written_with_its_version_first(tmp_path: Path) -> None:
    written(tmp_path, route(1))
    assert (tmp_path / hour_file(NOW)).read_bytes().startswith(b'{"v":%d,"kind":"refused",' % LINES)


def test_a_configuration_of_another_version_is_none_and_goes_aside(tmp_path: Path) -> None:
    keep(tmp_path, catalogue())
    (file,) = (tmp_path / FOLDER).glob("*.json")
    text = file.read_bytes()
    assert text.startswith(STAMP)
    file.write_bytes(text.replace(b'"v":1', b'"v":2', 1))
    with pytest.raises(NoConfiguration, match=r"holds lines of version 2; this leadbid reads version 1"):
        read(tmp_path, file.stem)
    assert keep(tmp_path, catalogue())
    assert file.read_bytes() == text


@pytest.mark.parametrize(
    ("command", "words", "status"),
    [
        (main, ["journal", "stats"], 1),
        (main, ["explain", "b"], 1),
        (training, ["replay"], 2),
    ],
)
def test_every_command_says_it_in_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: Callable[[list[str]], int],
    words: list[str],
    status: int,
) -> None:
    journal = tmp_path / "journal"
    journal.mkdir()
    (journal / hour_file(NOW)).write_bytes(LATER + b"\n")
    assert command([*words, "--data", str(tmp_path)]) == status
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"{journal / hour_file(NOW)} holds lines of version 2;")
