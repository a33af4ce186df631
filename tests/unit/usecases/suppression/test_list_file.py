"""A list of people is read as registries, vendors and spreadsheets write it, and what names nobody is told."""

import gzip
import hashlib
from pathlib import Path

import pytest

from app.spreadsheet import UnusableFile
from app.usecases.suppression.list_file import ListRows, read_columns, read_people
from app.usecases.suppression.person_text import digests_of

KEY = b"k" * 32
ONE, TWO = "5128675309", "2145550147"


def read(path: Path, *columns: str) -> ListRows:
    return read_people(path, *read_columns(path, columns), KEY, lambda _: None)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


def phones(*numbers: str) -> list[int]:
    return sorted({int(digest, 16) for number in numbers for digest in digests_of(KEY, "phone", number)})


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{ONE}\n{TWO}\n", "utf-8"),
        (f"phone\n{ONE}\n{TWO}\n", "utf-8"),
        ("Name;Mobile;ID\nA;(512) 867-5309;2145550199\nB;214-555-0147;2145550198\n", "utf-8"),
        (f'"Phone","State"\r\n"{ONE}","TX"\r\n"{TWO}","TX"\r\n', "utf-8-sig"),
        (f"id\tphone\n1\t{ONE}\n2\t{TWO}\n", "utf-16"),
        ("512,8675309\n214,5550147\n", "utf-8"),
        ("Area Code,Number\n512,8675309\n214,5550147\n", "utf-8"),
        (f"\n\n{ONE}\n\n{TWO}\n{ONE}\n", "utf-8"),
        (f"Home Phone,Cell Phone\n{ONE},\n,{TWO}\n", "utf-8"),
        (f"account,dnc_number\n2145550199,{ONE}\n2145550198,{TWO}\n", "utf-8"),
        (f'"Caller ID","Notes"\n"+1 {ONE}","said ""stop"", angry\nand again"\n{TWO},\n', "utf-8"),
        (f"Número\nñ,{ONE}\n{ONE},x\n{TWO},y\n", "cp1252"),
    ],
)
def test_phones_are_found_wherever_they_stand(tmp_path: Path, text: str, encoding: str) -> None:
    assert list(read(written(tmp_path, text, encoding)).digests) == phones(ONE, TWO)


def test_phones_emails_and_hashes_may_stand_beside_each_other(tmp_path: Path) -> None:
    hashed = hashlib.sha1(b"a@example.org").hexdigest()
    rows = read(written(tmp_path, f"phone,email,sha1\n{ONE},jane@example.com,\n,,{hashed}\nnone,n/a,\n"))
    assert (rows.people, rows.nobody, rows.nobody_lines) == ({"phone": 1, "email": 1, "hash": 1}, 1, (4,))
    assert len(rows.digests) == 7


def test_a_column_that_may_hold_phones_under_another_name_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, f"Account ID,State\n{ONE},TX\n{TWO},OK\n")
    with pytest.raises(UnusableFile, match=r"Account ID may hold phones.*--column 'Account ID'"):
        read(path)
    assert list(read(path, "Account ID").digests) == phones(ONE, TWO)


def test_a_column_may_be_named_or_numbered(tmp_path: Path) -> None:
    path = written(tmp_path, f"old phone,new phone\n{ONE},{TWO}\n")
    assert list(read(path).digests) == phones(ONE, TWO)
    assert list(read(path, "New Phone").digests) == list(read(path, "2").digests) == phones(TWO)
    with pytest.raises(UnusableFile, match="has no column 'mobile': it has old phone, new phone"):
        read(path, "mobile")


def test_a_file_of_nobody_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="name the right one with --column"):
        read(written(tmp_path, "name,city\nJane,Austin\n"))
    with pytest.raises(UnusableFile, match="is empty"):
        read(written(tmp_path, "\n"))


def test_a_long_list_is_read_in_parts_by_several_processes(tmp_path: Path) -> None:
    path = tmp_path / "dnc.csv.gz"
    numbers = [f"512{2_000_000 + number}" for number in range(45_000)]
    path.write_bytes(gzip.compress("\n".join(["phone", *numbers, "nobody"]).encode()))
    rows = read(path, "phone")
    assert (rows.people, rows.nobody_lines, len(rows.digests)) == ({"phone": 45_000}, (45_002,), 135_000)
    assert set(phones(numbers[0], numbers[-1])) <= set(rows.digests)
    assert list(rows.digests) == sorted(set(rows.digests))
