"""`leadbid init`: what it asks, what it writes, and what it leaves alone."""

import os
import pty
import re
import stat
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from app.cli import main
from app.cli.service.init.shipped import SHIPPED
from app.config.load import Declared, LoadedConfig, load
from app.packaged import DEMO_CONFIG
from tests.service import ROOT


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def declared(path: str = "buyer.toml", **environ: str) -> Declared:
    read = load(Path(path), environ=environ)
    assert isinstance(read, LoadedConfig)
    return read.declared


def answered(folder: Path, *lines: str, words: tuple[str, ...] = ()) -> tuple[int, str]:
    """Status and output of the command at a terminal on which this is typed."""
    ours, its = pty.openpty()
    os.write(ours, "".join(f"{line}\n" for line in lines).encode() + b"\x04")
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "app", "init", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=its,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30.0,
            check=False,
        )
    finally:
        os.close(its)
        os.close(ours)
    return finished.returncode, finished.stdout


def test_without_a_terminal_options_and_defaults_are_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--legal-name", 'Sun "Quotes" & Söhne', "--states", "tx, Florida"]) == 0
    said = capsys.readouterr().out
    (key,) = re.findall(r"shown only now .*: ([a-z2-7]{40})", said)
    ours = declared()
    assert (ours.buyer.legal_name, ours.buyer.brands) == ('Sun "Quotes" & Söhne', ('Sun "Quotes" & Söhne',))
    (campaign,), (seller,) = ours.campaigns, ours.sellers
    assert (campaign.vertical, set(campaign.territory.states)) == ("solar", {"TX", "FL"})
    assert seller.key_sha256 == (sha256(key.encode()).hexdigest(),)
    assert key not in Path("buyer.toml").read_text()
    assert main(["check"]) == 0
    assert "No problems." in capsys.readouterr().out


def test_every_vertical_that_ships_is_taken_with_its_fields_and_its_terms() -> None:
    assert main(["init", "--yes", "--verticals", ",".join(SHIPPED)]) == 0
    ours, demo = (tomllib.loads(path.read_text()) for path in (Path("buyer.toml"), DEMO_CONFIG))
    assert ours["verticals"] == demo["verticals"]
    for campaign in ours["campaigns"]:
        model = next(each for each in demo["campaigns"] if each["vertical"] == campaign["vertical"])
        for term in ("legs", "floor", "ceiling", "conversion_value", "handling_cost", "fallback_price"):
            assert campaign[term] == model.get(term, ["exclusive"]), term


def test_a_kind_of_lead_of_ones_own_is_taken_with_its_fields() -> None:
    fields = "homeowner boolean; pool choice inground above_ground; size integer"
    assert main(["init", "--yes", "--verticals", "roofing, pool_cleaning", "--fields", fields]) == 0
    roofing, own = declared().verticals
    assert (roofing.name, own.name, own.title, own.consent_words) == (
        *("roofing", "pool_cleaning", "Pool cleaning"),
        ("pool cleaning",),
    )
    assert [(field.name, field.type, field.values) for field in own.fields] == [
        ("homeowner", "boolean", ()),
        ("pool", "choice", ("inground", "above_ground")),
        ("size", "integer", ()),
    ]


@pytest.mark.parametrize(
    ("words", "value", "ceiling"),
    [
        ((), 1_400_00, 120_00),
        (("--ceiling", "30"), 1_400_00, 30_00),
        (("--ceiling", "240"), 2_800_00, 240_00),
        (("--conversion-value", "$700"), 700_00, 60_00),
        (("--conversion-value", "0.05"), 5, 1),
        (("--conversion-value", "900", "--ceiling", "45.50"), 900_00, 45_50),
    ],
)
def test_who_names_one_price_gets_the_other_to_match_without_a_warning(
    words: tuple[str, ...], value: int, ceiling: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", *words, "--crm-url", "https://crm.example/leads"]) == 0
    (campaign,) = declared().campaigns
    assert (campaign.worth.base_cents, campaign.ceiling_cents) == (value, ceiling)
    assert main(["check"]) == 0
    assert "warning" not in capsys.readouterr().out


def test_the_day_is_bounded_in_leads_and_in_dollars() -> None:
    assert main(["init", "--daily-cap", "1,200", "--daily-budget", "2,500.50"]) == 0
    (campaign,) = declared().campaigns
    assert {(cap.measure, cap.limit, cap.window) for cap in campaign.caps} == {
        ("count", 1_200, "day"),
        ("spend", 2_500_50, "day"),
    }


def test_the_secret_of_the_crm_stands_in_a_file_of_its_own_that_only_its_owner_reads() -> None:
    assert main(["init", "--crm-url", "http://localhost:9000/leads"]) == 0
    file = Path("crm-webhook-secret.txt")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() not in Path("buyer.toml").read_text()
    (destination,) = declared().destinations
    assert destination.allow_private_hosts == ("localhost",)
    secret = file.read_text()
    assert main(["init", "--force", "--crm-url", "https://crm.example/leads"]) == 0
    assert file.read_text() == secret


def test_a_secret_that_there_is_already_is_referred_to(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["init", "--crm-url", "https://crm.example/leads", "--crm-secret", "env:CRM_SECRET"]
    assert main(words) == 1
    assert list(Path().iterdir()) == []
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    monkeypatch.setenv("CRM_SECRET", secret)
    assert main(words) == 0
    assert [path.name for path in Path().iterdir()] == ["buyer.toml"]
    assert declared(CRM_SECRET=secret).destinations[0].name == "crm"


def test_a_file_that_exists_is_left_alone_unless_that_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.toml").write_text("mine")
    assert main(["init", "--yes", "--config", "own.toml"]) == 1
    assert capsys.readouterr().err == (
        "own.toml exists and was not changed: name another file with --config, or use --force\n"
    )
    assert Path("own.toml").read_text() == "mine"
    assert main(["init", "--yes", "--config", "own.toml", "--force"]) == 0
    assert "leadbid serve --config own.toml" in capsys.readouterr().out
    assert declared("own.toml").sellers[0].name == "first-seller"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--time-zone", "Chicago"), "--time-zone: "),
        (("--states", "TX, Bavaria"), '"Bavaria"'),
        (("--verticals", "pools, boats"), "pools and boats both do not ship: choose of auto_insurance, "),
        (("--verticals", "pools", "--fields", "size"), '"size" has no type: write NAME TYPE [VALUE ...]'),
        (("--verticals", "pools", "--fields", "size litres"), "verticals.pools.fields.size.type"),
        (("--verticals", ""), "no kind of lead is named"),
        (("--daily-cap", "0"), '"0" is not a number of leads'),
        (("--daily-budget", "0"), "nothing can be bought for nothing"),
        (("--ceiling", "12,50"), '"12,50" is not a dollar amount'),
        (("--seller", "Acme Leads"), "`acme-leads` would do"),
        (("--seller", "solar"), "a campaign is named `solar`"),
        (("--crm-url", "crm.example"), '"crm.example" is not a URL'),
        (("--crm-url", "http://crm.example/leads"), "https"),
        (("--crm-url", "https://crm.example", "--crm-secret", "s3cret"), "write env:NAME or file:PATH"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_written(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", *words]) == 1
    assert says in capsys.readouterr().err
    assert list(Path().iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("")
    assert main(["init", "--config", "file/buyer.toml"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_at_a_terminal_what_no_option_says_is_asked_and_asked_again(tmp_path: Path) -> None:
    about_you, about_leads = ("Lone Star Leads LLC", "", "Dallas", "America/Chicago"), ("pools", "size integer")
    terms, parties = ("", "9", "", "12"), ("acme", "https://crm.example/leads", "")
    typed = (*about_you, *about_leads, *terms, *parties)
    status, said = answered(tmp_path, *typed, words=("--daily-budget", "80"))
    assert status == 0, said
    ours = declared()
    assert (ours.buyer.legal_name, ours.buyer.brands) == ("Lone Star Leads LLC", ("Lone Star Leads LLC",))
    assert (ours.buyer.zone, ours.verticals[0].name, ours.sellers[0].name) == ("America/Chicago", "pools", "acme")
    (campaign,) = ours.campaigns
    assert campaign.territory.is_everywhere
    assert (campaign.ceiling_cents, {cap.limit for cap in campaign.caps}) == (12_00, {9, 80_00})
    assert said.count("Time zone of your business [America/New_York]: ") == 2
    assert '"Dallas" is not a time zone' in said
    assert "Dollars a day" not in said
    assert (tmp_path / "crm-webhook-secret.txt").exists()


def test_an_option_keeps_a_terminal_from_being_asked(tmp_path: Path) -> None:
    status, said = answered(tmp_path, words=("--yes",))
    assert status == 0
    assert "]: " not in said


def test_answers_that_end_too_soon_write_nothing(tmp_path: Path) -> None:
    status, said = answered(tmp_path, "Lone Star Leads LLC")
    assert status == 1
    assert said.endswith("the answers ended: nothing was written\n")
    assert list(tmp_path.iterdir()) == []
