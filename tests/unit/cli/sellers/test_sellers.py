"""`leadbid sellers`: what it says and writes without a service; with one it is tried in the integration tests."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest

from app.cli import main
from app.config.load import Declared, LoadedConfig, load
from app.domain.seller import Seller
from app.usecases.operators.new_key import new_key

DEMO = Path(__file__).parents[4] / "fixtures/demo"
Said = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(copytree(DEMO, tmp_path / "demo")) / "buyer.toml"


@pytest.fixture
def said(config: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What the command says, on its error output where it fails as it then must."""

    def run(*words: str, status: int = 0) -> str:
        assert main(["sellers", *words, "--config", str(config)]) == status
        output = capsys.readouterr()
        return output.err if status else output.out

    return run


def declared(config: Path) -> Declared:
    read = load(config, environ={})
    assert isinstance(read, LoadedConfig)
    return read.declared


def seller(config: Path, name: str) -> Seller:
    return next(each for each in declared(config).sellers if each.name == name)


def key_in(text: str) -> str:
    (key,) = set(re.findall(r"\b[a-z2-7]{40}\b", text))
    return str(key)


def test_a_new_seller_is_in_test_mode_and_its_key_is_said_once_and_stored_as_its_hash(config: Path, said: Said) -> None:
    text = said(
        *("add", "delta", "--title", "Delta Inc", "--dialect", "boberdoo", "--quoted-prices", "--burst", "40"),
        *("--statuses", "strict_rest", "--rate-per-second", "20", "--disclosure", "class", "--format", "xml"),
        *("--base-url", "https://leads.example.com/", "--vertical", "solar"),
    )
    key = key_in(text)
    added = seller(config, "delta")
    assert added.key_sha256 == (sha256(key.encode()).hexdigest(),)
    assert key not in config.read_text()
    assert text.count(key) == 1
    # The platform has one URL.
    assert text.count("POST https://leads.example.com/v1/lead\n") == 2
    assert "X-API-Key" in text
    assert "--vertical solar" in text
    assert (added.title, added.mode, added.dialect, added.format) == ("Delta Inc", "test", "boberdoo", "xml")
    assert (added.quoted_prices, added.statuses, added.disclosure) == (True, "strict_rest", "class")
    assert (added.rate_per_s, added.burst) == (20.0, 40)


def test_what_is_not_chosen_is_not_written(config: Path, said: Said) -> None:
    said("add", "delta", "--live")
    table = config.read_text().partition('name = "delta"\n')[2].partition("# ---")[0]
    assert re.findall(r"^(\w+) =", table, re.MULTILINE) == ["key_sha256", "mode"]
    assert seller(config, "delta").mode == "live"


def test_a_seller_may_certify_itself(config: Path, said: Said) -> None:
    assert "until it has certified itself" in said("add", "delta", "--certify")
    assert seller(config, "delta").mode == "certify"
    said("go-live", "delta")
    assert seller(config, "delta").mode == "live"


def test_a_seller_goes_live_once(config: Path, said: Said) -> None:
    said("add", "delta")
    assert "is live: its leads are bought" in said("go-live", "delta")
    assert seller(config, "delta").mode == "live"
    assert said("go-live", "delta") == "delta is live already\n"
    assert said("go-live", "acme") == "acme is live already\n"


def test_keys_are_added_until_the_old_ones_are_dropped(config: Path, said: Said) -> None:
    (first,) = seller(config, "acme").key_sha256
    second = key_in(said("rotate-key", "acme"))
    third = key_in(said("rotate-key", "acme", "--keep-old"))
    hashes = [sha256(key.encode()).hexdigest() for key in (second, third)]
    assert seller(config, "acme").key_sha256 == (first, *hashes)
    assert "2 old keys of acme dropped" in said("drop-old-keys", "acme")
    assert seller(config, "acme").key_sha256 == (hashes[1],)
    assert "`leadbid sellers rotate-key acme` adds another" in said("drop-old-keys", "acme", status=1)


def test_a_leaked_key_ends_with_the_rotation(config: Path, said: Said) -> None:
    key = key_in(said("rotate-key", "acme", "--drop-old"))
    assert seller(config, "acme").key_sha256 == (sha256(key.encode()).hexdigest(),)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("add", "acme"), "`leadbid sellers rotate-key acme`"),
        (("add", "Acme Two"), "`acme-two` would do"),
        (("add", "auto-texas-agents"), "choose another name"),
        (("add", "delta", "--vertical", "sollar"), "did you mean `solar`?"),
        (("rotate-key", "acne"), "did you mean `acme`?"),
        (("drop-old-keys", "acne"), "did you mean `acme`?"),
        (("go-live", "zzz"), "it may be `acme`, `bluebird`, `cascade`"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_remedy_and_changes_nothing(
    config: Path, said: Said, words: tuple[str, ...], remedy: str
) -> None:
    before = config.read_bytes()
    assert remedy in said(*words, status=1)
    assert config.read_bytes() == before


def test_a_file_that_is_wrong_already_is_reported_and_not_touched(config: Path, said: Said) -> None:
    config.write_text(config.read_text().replace("brands = ", "brnds = "))
    before = config.read_bytes()
    assert "did you mean `brands`?" in said("add", "delta", status=1)
    assert config.read_bytes() == before


def test_a_key_is_as_random_as_what_it_is_made_of() -> None:
    assert new_key(lambda size: bytes(range(size))) == "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyy"
    assert len(new_key(lambda size: b"\xff" * size)) == 40


def test_what_no_service_counted_yet_is_not_listed_as_nothing(config: Path, said: Said, tmp_path: Path) -> None:
    said("add", "delta", "--dialect", "boberdoo", "--rate-per-second", "2.5")
    said("rotate-key", "delta")
    where = ("--data", str(tmp_path / "none"))
    delta = next(each for each in json.loads(said("list", "--json", *where)) if each["seller"] == "delta")
    assert (delta["dialect"], delta["mode"], delta["keys"], delta["rate_per_second"]) == ("boberdoo", "test", 2, 2.5)
    assert (delta["status"], delta["pings"], delta["bids"], delta["sales"]) == ("open", None, None, None)
    row = next(line for line in said("list", *where).splitlines() if "delta" in line)
    assert row.split()[-4:] == ["2.5", "-", "-", "-"]


def test_a_database_that_cannot_be_asked_is_named(said: Said, tmp_path: Path) -> None:
    (tmp_path / "leadbid.db").write_bytes(b"")
    assert "suspensions could not be read" in said("list", "--data", str(tmp_path), status=1)


def test_a_seller_of_two_urls_is_told_both(said: Said) -> None:
    text = said("add", "delta", "--base-url", "https://leads.example.com")
    assert "POST https://leads.example.com/v1/ping" in text
    assert "POST https://leads.example.com/v1/post" in text
