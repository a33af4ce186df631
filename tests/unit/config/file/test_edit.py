"""Commands change `buyer.toml` as a careful person would: everything else stays as it is, or nothing is written."""

import os
from collections.abc import Callable
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest

from app.config.file.edit import NewSeller, NewValue, NotEdited, edit
from app.config.load import Declared

if os.name == "posix":
    import fcntl

OLD, OTHER, NEW = "1" * 64, "3" * 64, "a" * 64
DELTA = NewSeller(values={"name": "delta", "key_sha256": [NEW], "mode": "test"})
DELTA_LINES = ["[[sellers]]", 'name = "delta"', f'key_sha256 = ["{NEW}"]', 'mode = "test"']
ACME = f'key_sha256 = "{OLD}"\n'
"""The last line of the only seller in the small configuration."""

OPERATORS = "# Our own people.\n[[operators]]"


@pytest.fixture
def changed(small: str, tmp_path: Path) -> Callable[..., tuple[Declared, str]]:
    """What is declared, and how the file reads, after a change to the small configuration with these replacements."""

    def change(wanted: Any, *replacements: tuple[str, str]) -> tuple[Declared, str]:
        file = tmp_path / "buyer.toml"
        text = small
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        file.write_bytes(text.encode())
        return edit(file, {}, wanted).declared, file.read_bytes().decode()

    return change


def only_added(before: str, after: str) -> list[str]:
    """The lines that came in between, where no line went."""
    lines = list(ndiff(before.splitlines(), after.splitlines()))
    assert not [line for line in lines if line.startswith("-")]
    return [line[2:] for line in lines if line.startswith("+")]


@pytest.mark.parametrize(
    "replacements",
    [
        (),
        (("[[operators]]", OPERATORS),),
        ((ACME, f"{ACME}# the key above is in the vault\n"), ("[[operators]]", f"\n{OPERATORS}")),
        ((ACME, f'{ACME}\n[sellers.value_maps] # its words\nroof_shade = {{ full = "heavy" }}\n'),),
        ((ACME, f"{ACME}\n[[sellers.caps]]\nlimit = 3\nwindow = 'day'\n"), ("[[operators]]", OPERATORS)),
    ],
    ids=["plain", "a heading of the next section", "a remark of its own", "a table beneath it", "a list beneath it"],
)
def test_a_new_seller_stands_after_the_others_and_before_the_next_heading(
    changed: Callable[..., tuple[Declared, str]], small: str, replacements: tuple[tuple[str, str], ...]
) -> None:
    before = small
    for old, new in replacements:
        before = before.replace(old, new)
    declared, after = changed(DELTA, *replacements)
    assert [line for line in only_added(before, after) if line] == DELTA_LINES
    assert [seller.name for seller in declared.sellers] == ["acme", "delta"]
    assert after.index('"acme"') < after.index('"delta"') < after.index("[[operators]]")
    if OPERATORS in before:
        assert OPERATORS in after
    if "vault" in before:
        assert after.index("vault") < after.index('"delta"')


def test_the_first_seller_of_a_file_stands_at_its_end(changed: Callable[..., tuple[Declared, str]], small: str) -> None:
    none = f'[[sellers]]\nname = "acme"\n{ACME}'
    declared, after = changed(DELTA, (none, ""))
    assert [seller.name for seller in declared.sellers] == ["delta"]
    assert after == small.replace(none, "") + "\n" + "\n".join(DELTA_LINES) + "\n"


def test_a_key_is_added_and_dropped_among_remarks(changed: Callable[..., tuple[Declared, str]]) -> None:
    several = f'key_sha256 = [\n  "{OLD}", # since May\n  # A remark.\n  "{OTHER}",\n] # do not touch\n'
    declared, after = changed(NewValue(seller="acme", key="key_sha256", value=[OLD, OTHER, NEW]), (ACME, several))
    assert declared.sellers[0].key_sha256 == (OLD, OTHER, NEW)
    assert [remark in after for remark in ("# since May", "# A remark.", "# do not touch")] == [True] * 3
    declared, after = changed(NewValue(seller="acme", key="key_sha256", value=[OTHER]), (ACME, several))
    assert declared.sellers[0].key_sha256 == (OTHER,)
    assert "# A remark." in after
    assert OLD not in after


def test_a_single_value_becomes_a_list_and_keeps_its_remark(changed: Callable[..., tuple[Declared, str]]) -> None:
    wanted = NewValue(seller="acme", key="key_sha256", value=[OLD, NEW])
    declared, after = changed(wanted, (ACME, f'key_sha256 = "{OLD}" # from the vault\n'))
    assert declared.sellers[0].key_sha256 == (OLD, NEW)
    assert f'key_sha256 = ["{OLD}", "{NEW}"] # from the vault\n' in after


def test_line_ends_and_the_mark_of_windows_stay(small: str, tmp_path: Path) -> None:
    file = tmp_path / "buyer.toml"
    before = b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode()
    file.write_bytes(before)
    edit(file, {}, DELTA)
    after = file.read_bytes()
    assert after.startswith(before[:100])
    assert after.count(b"\r\n") == after.count(b"\n") == before.count(b"\n") + 5


@pytest.mark.skipif(os.name != "posix", reason="modes and links are those of POSIX")
def test_mode_and_link_of_the_file_stay_and_names_are_meant_beside_the_link(small: str, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    file, link = folder / "real.toml", tmp_path / "buyer.toml"
    (tmp_path / "token.txt").write_text("x")
    url = 'url = "https://crm.example.com/leads"\n'
    file.write_text(small.replace(url, f'{url}auth = {{ type = "bearer", token = "file:token.txt" }}\n'))
    file.chmod(0o640)
    link.symlink_to(file)
    edit(link, {}, DELTA)
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert '"delta"' in file.read_text()
    assert [path.name for path in folder.iterdir()] == ["real.toml"]


@pytest.mark.parametrize(
    ("replacement", "wanted", "said"),
    [
        (("", ""), NewSeller(values={"name": "delta", "key_sha256": ["abc"]}), "sellers.delta.key_sha256"),
        (("", ""), NewSeller(values={"name": "acme", "key_sha256": [NEW]}), "the name `acme` is used twice"),
        (("", ""), NewValue(seller="acme", key="key_sha256", value=["2" * 64]), "this is the key of `acme`"),
        (
            ("[[destinations]]", f'[[sellers]]\nname = "b"\nkey_sha256 = "{OTHER}"\n\n[[destinations]]'),
            DELTA,
            "put all [[sellers]] side by side",
        ),
        (("[buyer]", f'sellers = [{{ name = "b", key_sha256 = "{OTHER}" }}]\n[buyer]'), DELTA, "[[sellers]]"),
        (("[buyer]", "[buyer"), DELTA, "is not TOML"),
    ],
    ids=["a key that is none", "a name twice", "a key of another", "sellers apart", "sellers in brackets", "no TOML"],
)
def test_what_would_not_load_or_not_keep_its_layout_is_not_written(
    small: str, tmp_path: Path, replacement: tuple[str, str], wanted: NewSeller | NewValue, said: str
) -> None:
    file = tmp_path / "buyer.toml"
    text = small.replace(*replacement, 1)
    if "sellers = [" in text:
        text = text.replace(f'[[sellers]]\nname = "acme"\n{ACME}', "")
    file.write_text(text)
    with pytest.raises(NotEdited) as refused:
        edit(file, {}, wanted)
    assert said in str(refused.value)
    assert file.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["buyer.toml"]


def test_a_change_by_somebody_else_meanwhile_is_left_as_it_is(small: str, tmp_path: Path) -> None:
    file = tmp_path / "buyer.toml"
    theirs = small.replace('"Harbor"', '"Harbour"')

    class Meddler(dict[str, str]):
        """An environment that is asked for a secret while the new content is looked over: then somebody else saves."""

        def get(self, key: str, default: Any = None) -> Any:
            file.write_text(theirs)
            return super().get(key, default)

    url = 'url = "https://crm.example.com/leads"\n'
    file.write_text(small.replace(url, f'{url}auth = {{ type = "bearer", token = "env:TOKEN" }}\n'))
    with pytest.raises(NotEdited, match="was changed by another process meanwhile"):
        edit(file, Meddler(TOKEN="x"), DELTA)
    assert file.read_text() == theirs
    assert [path.name for path in tmp_path.iterdir()] == ["buyer.toml"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such lock")
def test_two_commands_do_not_change_one_file_at_once(small: str, tmp_path: Path) -> None:
    file = tmp_path / "buyer.toml"
    file.write_text(small)
    with file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(NotEdited, match="is being changed by another command: try again"):
            edit(file, {}, DELTA)
    edit(file, {}, DELTA)


def test_a_file_that_cannot_be_written_is_named_with_a_remedy(small: str, tmp_path: Path) -> None:
    file = tmp_path / "buyer.toml"
    file.write_text(small)
    (tmp_path / ".buyer.toml.new").mkdir()
    with pytest.raises(NotEdited, match=r"cannot be written .* to this user, or free some disk space"):
        edit(file, {}, DELTA)
    assert file.read_text() == small
    with pytest.raises(NotEdited, match=r"cannot be read .* name the buyer's file with --config"):
        edit(tmp_path / "none.toml", {}, DELTA)
