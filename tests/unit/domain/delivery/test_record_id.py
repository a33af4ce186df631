"""A record of the CRM is known by its id in every form that CRMs and spreadsheets give it."""

import time

from app.domain.delivery.record_id import as_record_id, is_cut_short, is_same, key_of, plain_id
from tests.table import each_row

GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
LONG, SHORT = "0019Z00000fmA3tQAE", "0019Z00000fmA3t"


def known(told: str, stored: str) -> bool:
    return key_of(told) == key_of(stored) and is_same(told, stored)


@each_row(
    ("told", "stored"),
    [
        (SHORT, LONG),
        (LONG, SHORT),
        (LONG.upper(), SHORT),
        (LONG.lower(), LONG),
        (f'=HYPERLINK("https://crm.example/{SHORT}","{SHORT}")', LONG),
        ('="00123"', "00123"),
        ('=""00123""', "00123"),
        ('"""00123"""', "00123"),
        ("'00123", "00123"),
        ("123", "00123"),
        ("“00123”", "00123"),
        (" 00123\t", "00123"),
        ("#123", "123"),
        ("12345678901.0", "12345678901"),
        ("12345678901.", "12345678901"),
        ("12,345,678,901", "12345678901"),
        ("12 345 678 901", "12345678901"),
        ("12,345,678,901.00", "12345678901"),
        ("12.345.678.901", "12345678901"),
        (f"{{{GUID.upper()}}}", GUID),
        (f"({GUID})", GUID),
        (GUID.replace("-", ""), GUID),
        (f"urn:uuid:{GUID}", f"{{{GUID}}}"),
        ("C-0", "c-0"),
        ("ocQHyuzHvysMo5N5VsXc", "OCQHYUZHVYSMO5N5VSXC"),
    ],
)
def test_one_record_has_many_forms_of_its_id(told: str, stored: str) -> None:
    assert known(told, stored)
    assert known(stored, told)


@each_row(
    ("told", "stored"),
    [
        # In its short form the case of a letter is all that parts two records.
        (SHORT, SHORT.swapcase()),
        (SHORT.upper(), LONG),
        ("0019Z00000fmA3tQAA", LONG),
        ("lead00000000000aaa", "lead00000000000aab"),
        ("12345678902", "12345678901"),
        ("1.5", "15"),
        ("1,2345", "12345"),
        ("c-0", "c0"),
        ("123", "1230"),
    ],
)
def test_another_record_stays_another(told: str, stored: str) -> None:
    assert not known(told, stored)


@each_row("text", ["1.23E+15", "5.07E+22", "1,23E+15", "1.23e+15", '="1.23E+15"'])
def test_what_a_spreadsheet_cut_short_is_noticed(text: str) -> None:
    assert is_cut_short(text)


@each_row("text", ["12e5", "E+15", "a1.2E+15", "1.23E15b", "1234"])
def test_what_only_looks_like_it_is_an_id(text: str) -> None:
    assert not is_cut_short(text)


def test_an_answer_that_names_no_record_has_no_id() -> None:
    assert [as_record_id(text) for text in ("", " ", "0", "None", "undefined", "false")] == [""] * 6
    assert as_record_id(" 77.0 ") == "77"
    assert as_record_id("{A}") == "{A}"


def test_what_is_around_an_id_is_taken_off_in_no_time() -> None:
    began = time.process_time()
    for text in ("=HYPERLINK(" + '"' * 60_000, "=" * 60_000, "'" * 60_000, "{" * 60_000, "1," * 30_000, "A" * 18):
        assert isinstance(plain_id(text) + key_of(text), str)
    assert time.process_time() - began < 0.5
