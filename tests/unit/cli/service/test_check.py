"""`leadbid check` and the command line around it."""

from pathlib import Path
from shutil import copytree

import pytest

from app.cli import COMMANDS, main
from app.cli.service.check import summary
from app.config.load import LoadedConfig, load
from tests.build import NOW
from tests.models import shipped

DEMO = str(Path(__file__).parents[4] / "fixtures/demo/buyer.toml")


def test_a_good_configuration_is_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", DEMO]) == 0
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if "auto-texas-agents" in line)
    assert all(
        cell in line for cell in ("shared", "TX", "mon-fri 08:00-12:00, 13:00-18:30", "40 an hour", "$2.00 - $25.00")
    )
    assert all(
        name in out for name in ("acme", "bluebird", "cascade", "harbor-crm", "prepaid-balance: $25,000 in total")
    )
    assert "Pasco County, FL" in out
    assert "97 ZIPs in all, ZIP 342.." in out
    assert "4 warnings\n" in out
    assert out.endswith("No problems.\n")
    assert "whsec_" not in out


def test_the_next_days_off_are_shown(tmp_path: Path) -> None:
    file = copytree(Path(DEMO).parent, tmp_path / "demo") / "buyer.toml"
    days_off = 'blackout_holidays = "federal"\nblackout_dates = '
    file.write_text(file.read_text(encoding="utf-8").replace("blackout_dates = ", days_off), encoding="utf-8")
    read = load(file, environ={})
    assert isinstance(read, LoadedConfig)
    lines = summary(file, read.declared, NOW).splitlines()
    first = next(number for number, line in enumerate(lines) if "auto-texas-agents" in line)
    assert "closed thu 2026-11-26, fri 2026-12-25" in lines[first + 2]
    assert "and 10 more days within a year" in lines[first + 3]


def test_a_bad_configuration_is_told_by_line_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "buyer.toml"
    file.write_text('[buyer]\nlegal_name = "A"\nbrand = ["A"]\ntime_zone = "UTC"\n', encoding="utf-8")
    assert main(["check", "--config", str(file)]) == 1
    err = capsys.readouterr().err
    assert f"{file}:3: buyer.brand: there is no key `brand` here. Remedy: did you mean `brands`?" in err
    assert f"{file}:1: buyer: `brands` is missing." in err
    assert "2 problems" in err


def test_the_reference_is_printed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--reference"]) == 0
    assert "| `ceiling` | dollars | **required** |" in capsys.readouterr().out


def test_an_unknown_command_is_told_what_was_probably_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chekc"]) == 2
    assert "Did you mean 'check'?" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "status"), [([], 2), (["--help"], 0), (["help"], 0)])
def test_help_names_every_command(words: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == status
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("leadbid ")


def misnamed(tmp_path: Path) -> tuple[str, ...]:
    """The words that check the demo, of which solar calls a field otherwise than its live model."""
    file = copytree(Path(DEMO).parent, tmp_path / "demo") / "buyer.toml"
    text = file.read_text(encoding="utf-8").replace('"monthly_bill"', '"Monthly_Power_Bill"'.lower())
    file.write_text(text, encoding="utf-8")
    return "check", "--config", str(file)


def test_a_live_model_that_reads_an_undeclared_field_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = misnamed(tmp_path)
    assert main([*words, "--models", str(shipped(tmp_path))]) == 1
    said = capsys.readouterr().err
    assert "models/solar: model 0001 reads 'monthly_bill', which vertical 'solar' does not declare" in said
    assert "1 problem: the service would not bid by this." in said


def test_of_the_models_that_come_along_it_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*misnamed(tmp_path)]) == 0
    assert "model 0001 reads 'monthly_bill'" in capsys.readouterr().out
