"""What `leadbid sample` prints can be sent as it stands, twice the same, and its post repeats its ping."""

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.mock_exchange.circumstances import VERTICALS

DEMO = Path(__file__).parents[4] / "fixtures" / "demo"
MOMENTS = ("created_at", "consent_at")

Capture = pytest.CaptureFixture[str]


def printed(capture: Capture, *words: str) -> str:
    assert main(["sample", *words]) == 0
    out, err = capture.readouterr()
    assert err == ""
    return out


def body(capture: Capture, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(printed(capture, *words))
    return told


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A buyer of another vertical, with a seller whose key nobody publishes."""
    demo = (DEMO / "buyer.toml").read_text()
    vertical = """
[[verticals]]
name = "pest_control"
title = "Pest control"
consent_words = ["pest control"]
buyer_types = ["exterminators"]
fields = [
  { name = "pest", type = "choice", values = ["ants", "mice"], required = true },
  { name = "rooms", type = "integer", minimum = 1, maximum = 9 },
  { name = "budget", type = "number", minimum = 50.5, maximum = 51 },
  { name = "urgent", type = "boolean" },
  { name = "since", type = "date" },
  { name = "notes", type = "text", example = "in the kitchen" },
  { name = "gate_code", type = "text", known_at_ping = false },
]
"""
    path = tmp_path / "buyer.toml"
    path.write_text(
        demo.replace('legal_name = "Harbor Lead Partners LLC"', 'legal_name = "Quiet House Inc"')
        .replace('brands = ["Harbor Lead Partners", "Harbor Quotes"]', 'brands = ["Quiet House", "Harbor Quotes"]')
        .replace("a2fb8545fcd457204e9fee11be92013aa3240b1b146fe262ba608fdfc159041c", "0" * 64)
        + vertical
    )
    for other in DEMO.glob("*.txt"):
        (tmp_path / other.name).write_bytes(other.read_bytes())
    return path


def test_the_first_consumer_of_the_demo_wants_car_insurance(capsys: Capture) -> None:
    assert body(capsys, "ping")["vertical"] == "auto_insurance"


def test_a_sample_is_one_line_of_flat_scalars(capsys: Capture) -> None:
    for kind in ("ping", "post"):
        text = printed(capsys, kind)
        assert text.count("\n") == 1
        assert all(isinstance(value, str | int | float | bool) for value in json.loads(text).values())


def test_one_seed_is_one_consumer_and_another_is_another(capsys: Capture) -> None:
    first, again, other = (body(capsys, "ping", "--seed", seed) for seed in ("11", "11", "16"))
    assert {**first, "created_at": ""} == {**again, "created_at": ""}
    assert first["vertical"] == other["vertical"]
    assert first["trustedform_cert_url"] != other["trustedform_cert_url"]


@pytest.mark.parametrize("seed", range(1, 11))
def test_ping_and_post_of_one_seed_agree_in_all_they_share(capsys: Capture, seed: int) -> None:
    ping, post = body(capsys, "ping", "--seed", str(seed)), body(capsys, "post", "--seed", str(seed))
    assert set(ping) <= set(post)
    assert {name: post[name] for name in ping if name not in MOMENTS} == {
        name: value for name, value in ping.items() if name not in MOMENTS
    }


def test_times_are_now(capsys: Capture) -> None:
    post = body(capsys, "post")
    for name in MOMENTS:
        age_s = (datetime.now(UTC) - datetime.fromisoformat(post[name])).total_seconds()
        assert 0.0 <= age_s < 60.0


def test_a_post_carries_the_ping_id_unread(capsys: Capture) -> None:
    odd = "'; rm -rf ~ #\u2603"
    assert body(capsys, "post", "--ping-id", odd)["ping_id"] == odd
    assert body(capsys, "post")["ping_id"] == "PING_ID"
    assert "ping_id" not in body(capsys, "ping")


@pytest.mark.parametrize("vertical", VERTICALS)
def test_any_vertical_can_be_asked_for(capsys: Capture, vertical: str) -> None:
    assert body(capsys, "ping", "--vertical", vertical)["vertical"] == vertical


def narrowed(tmp_path: Path, territory: str) -> Path:
    """The demo's buyer, which buys solar leads there alone."""
    text = (DEMO / "buyer.toml").read_text()
    heads = text.split("[[campaigns]]")
    bought = (
        f'\nname = "here"\nvertical = "solar"\nconversion_value = 100.00\nceiling = 45.00\nterritory = {territory}\n\n'
    )
    rest = heads[-1][heads[-1].index("[[sellers]]") :] if "[[sellers]]" in heads[-1] else ""
    path = tmp_path / "buyer.toml"
    path.write_text(heads[0] + "[[campaigns]]" + bought + rest)
    for other in DEMO.glob("*.txt"):
        (tmp_path / other.name).write_bytes(other.read_bytes())
    return path


@pytest.mark.parametrize(
    ("territory", "prefix", "state"),
    [
        ('{ states = ["CO"] }', "80", "CO"),
        ('{ zips = ["59718"] }', "59718", "MT"),
        ('{ zip_prefixes = ["787"] }', "787", "TX"),
    ],
)
def test_a_sample_lives_where_the_buyer_buys(
    capsys: Capture, tmp_path: Path, territory: str, prefix: str, state: str
) -> None:
    words = ("--vertical", "solar", "--config", str(narrowed(tmp_path, territory)))
    for seed in ("1", "2", "3"):
        ping, post = (body(capsys, kind, *words, "--seed", seed) for kind in ("ping", "post"))
        assert ping["zip"].startswith(prefix)
        assert ping["state"] == state
        assert (post["zip"], post["state"]) == (ping["zip"], state)


@pytest.mark.parametrize(
    ("words", "zip_code", "state"),
    [
        (("--zip", "33602"), "33602", "FL"),
        (("--state", "tx"), "", "TX"),
        (("--state", "WY"), "", "WY"),
        (("--zip", "42223", "--state", "TN"), "42223", "TN"),
        (("--zip", "00034", "--state", "TX"), "00034", "TX"),
    ],
)
def test_a_sample_lives_where_it_is_asked_to(
    capsys: Capture, words: tuple[str, ...], zip_code: str, state: str
) -> None:
    ping, post = body(capsys, "ping", *words), body(capsys, "post", *words)
    assert (ping["zip"], ping["state"]) == (post["zip"], post["state"])
    assert ping["state"] == state
    assert ping["zip"] == zip_code or not zip_code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--zip", "3360"), "'3360' is not a ZIP code: write five digits, as in 78701"),
        (("--zip", "33602", "--state", "TX"), "ZIP 33602 is in FL, not in TX"),
        (("--state", "Texas"), "there is no state 'TEXAS': write two letters"),
    ],
)
def test_a_place_that_cannot_be_is_refused(capsys: Capture, words: tuple[str, ...], said: str) -> None:
    assert main(["sample", "ping", *words]) == 2
    assert said in capsys.readouterr().err


def test_consent_names_the_buyer_its_kind_and_the_vertical(capsys: Capture) -> None:
    text = body(capsys, "post", "--vertical", "roofing")["tcpa_text"]
    assert "Harbor Lead Partners" in text
    assert "roofing contractors" in text
    assert "about roofing" in text


def test_a_curl_command_survives_the_shell(capsys: Capture) -> None:
    odd = 'it\'s $HOME `x` "y" \\ !'
    words = shlex.split(printed(capsys, "post", "--ping-id", odd, "--curl"))
    assert words[:5] == ["curl", "-sS", "-X", "POST", "http://127.0.0.1:8000/v1/post"]
    assert words[5:10] == ["-H", "X-API-Key: demo-acme-key", "-H", "Content-Type: application/json", "-d"]
    assert json.loads(words[10])["ping_id"] == odd
    assert len(words) == 11


def test_a_curl_command_goes_where_it_is_told_with_the_key_of_its_seller(capsys: Capture) -> None:
    text = printed(capsys, "ping", "--curl", "--seller", "cascade", "--url", "https://bids.example/")
    assert "https://bids.example/v1/ping" in shlex.split(text)
    assert "X-API-Key: demo-cascade-key" in shlex.split(text)


def test_a_key_that_nobody_published_is_left_to_the_shell(capsys: Capture, own: Path) -> None:
    text = printed(capsys, "ping", "--curl", "--config", str(own))
    assert '-H "X-API-Key: $LEADBID_KEY"' in text
    assert "demo-acme-key" not in text


def test_a_vertical_of_one_s_own_gets_an_answer_to_every_question(capsys: Capture, own: Path) -> None:
    words = ("--config", str(own), "--vertical", "pest_control")
    ping, post = body(capsys, "ping", *words), body(capsys, "post", *words)
    assert ping["pest"] in ("ants", "mice")
    assert 1 <= ping["rooms"] <= 9
    assert 50.5 <= ping["budget"] <= 51
    assert isinstance(ping["urgent"], bool)
    assert datetime.strptime(ping["since"], "%Y-%m-%d").replace(tzinfo=UTC).year == 2026
    assert ping["notes"] == "in the kitchen"
    assert "Quiet House and exterminators" in ping["tcpa_text"]
    assert "gate_code" not in ping
    assert "gate_code" in post


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--seller", "nobody"), "acme, bluebird, cascade"),
        (("--vertical", "yachts"), "auto_insurance, solar"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(capsys: Capture, words: tuple[str, ...], says: str) -> None:
    assert main(["sample", "ping", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


def test_a_configuration_that_cannot_be_read_is_named(capsys: Capture, tmp_path: Path) -> None:
    assert main(["sample", "ping", "--config", str(tmp_path / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().err


@pytest.mark.parametrize("seed", ["0", "-1", "one"])
def test_consumers_are_numbered_from_one(capsys: Capture, seed: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["sample", "ping", "--seed", seed])
    assert left.value.code == 2
    assert "--seed" in capsys.readouterr().err
