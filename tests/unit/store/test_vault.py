"""The vault: what it seals, only it opens, and only where it belongs."""

from itertools import count

import pytest

from app.store.vault import SealBroken, Vault
from tests.table import each_row

PLAIN = b"Ada Lovelace, 512-461-2234"


def counting(start: int = 0) -> Vault:
    numbers = count(start)
    return Vault(
        {"1": b"a" * 32, "2": b"b" * 32},
        "2",
        lambda size: b"".join([next(numbers).to_bytes(12) for _ in range(size // 12)]),
    )


def test_what_was_sealed_opens_again() -> None:
    vault = counting()
    assert vault.open(vault.seal(PLAIN, "lead-1"), "lead-1") == PLAIN


def test_what_is_sealed_shows_nothing_and_never_looks_the_same_twice() -> None:
    vault = counting()
    sealed = [vault.seal(PLAIN, "lead-1") for _ in range(1_000)]
    assert len(set(sealed)) == 1_000
    assert b"Lovelace" not in sealed[0]


def test_a_former_key_still_opens_what_it_sealed() -> None:
    former = Vault({"1": b"a" * 32}, "1", bytes)
    assert counting().open(former.seal(PLAIN, "lead-1"), "lead-1") == PLAIN


def test_a_seal_does_not_open_on_another_record() -> None:
    vault = counting()
    with pytest.raises(SealBroken, match="belongs to another record"):
        vault.open(vault.seal(PLAIN, "lead-1"), "lead-2")


def test_a_key_that_is_not_held_is_named() -> None:
    other = Vault({"9": b"z" * 32}, "9", bytes)
    with pytest.raises(SealBroken, match="'9', which is not among the keys"):
        counting().open(other.seal(PLAIN, "lead-1"), "lead-1")


def test_another_key_under_the_same_name_does_not_open() -> None:
    other = Vault({"2": b"z" * 32}, "2", bytes)
    with pytest.raises(SealBroken, match="'2' does not open it"):
        counting().open(other.seal(PLAIN, "lead-1"), "lead-1")


@each_row("length", range(44))
def test_a_cut_seal_is_broken_wherever_it_was_cut(length: int) -> None:
    vault = counting()
    with pytest.raises(SealBroken):
        vault.open(vault.seal(PLAIN, "lead-1")[:length], "lead-1")


def test_no_changed_byte_goes_unnoticed() -> None:
    vault = counting()
    sealed = vault.seal(PLAIN, "lead-1")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SealBroken):
            vault.open(changed, "lead-1")


def test_a_vault_does_not_print_its_keys() -> None:
    assert "aaa" not in repr(counting())
