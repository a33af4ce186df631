"""The commands of README and docs, run as printed beside one running service, in their order.

What serves for ever, takes minutes or wants another database is run by the test that `ELSEWHERE` names.
"""

import gzip
import io
import shutil
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from app.cli import main
from tests.documented import DocumentedCommand, commands
from tests.service import DEMO_CONFIG, ROOT, serve, until

ELSEWHERE = {
    "make": "tests/unit/test_repository.py",
    "python -m training": "tests/training/test_tutorial.py",
    "leadbid sample ping --config buyer.toml": "tests/training/test_tutorial.py",
    'leadbid explain "$ping_id"': "tests/training/test_tutorial.py",
    "leadbid export --data day": "tests/training/test_tutorial.py",
    "leadbid init": "tests/integration/test_init.py",
    "leadbid demo": "tests/integration/test_demo.py",
    "leadbid serve": "tests/integration/test_serve.py",
    "leadbid sandbox": "tests/integration/test_sandbox.py",
    "leadbid drill": "tests/unit/drill/test_run.py",
    "leadbid conform": "tests/integration/test_conform.py",
    "leadbid fakes --port": "tests/integration/test_fakes.py",
    "leadbid exchange": "tests/integration/test_exchange.py",
    "leadbid mcp": "tests/simulation/test_mcp.py",
    "leadbid operators password": "tests/integration/console/test_sign_in.py",
    "leadbid migrate": "tests/integration/store/test_migrate.py",
    "leadbid reload --yes": "tests/integration/test_live_reload.py",
    "leadbid export --since 30d --database URL": "tests/integration/store/test_export.py",
}
_OURS = {"solar-tx": "solar-sunbelt", "solar-tx/installs-per-day": "solar-sunbelt/installs-per-day"}
"""What the demo calls what the pages name."""

NOTHING_TO_DO = {
    "leadbid outcomes import won.csv.gz": "1 refused",
    "leadbid certification acme": "how to show it",
    "leadbid deliveries replay --status dead --since 2d": "0 deliveries will be sent again",
    "leadbid deliveries enable harbor-crm": "harbor-crm is not disabled",
    "leadbid reconcile acme": "returned, and credited by the seller",
    "leadbid keys retire sealing-1": "may live for",
    "leadbid suspend delta": "there is no seller `delta`",
    "leadbid alerts test": "nobody is told of anything",
    "leadbid forget": "doe v. acme",
    "leadbid returns withdraw": "this return is credited",
    "leadbid explain ID --what-if model=challenger": "no challenger is tried",
    "leadbid deliveries move old-crm harbor-crm": "no lead waits for old-crm",
}
"""What is said, with status 1, where this service has none of what a command is for."""


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended, and what it printed."""

    status: int
    said: str


def run(words: list[str]) -> Ran:
    """A command of ours, as in a terminal."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(words)
    return Ran(status=status, said=out.getvalue() or err.getvalue())


def elsewhere(command: DocumentedCommand) -> bool:
    return any(command.text.startswith(beginning) for beginning in ELSEWHERE)


def sold(folder: Path, url: str) -> tuple[str, str]:
    """A lead bought by the two commands of the README that end in `curl | sh`: its ping_id and its lead_id."""
    ping, post = [each for each in commands() if each.text.endswith("| sh")]
    bid = _sent(run(ping.words[1:]).said, url)
    assert bid["status"] == "accepted", bid
    lead = _sent(run([word.replace("PING_ID", bid["ping_id"]) for word in post.words[1:]]).said, url)
    assert lead["status"] == "accepted", lead
    return bid["ping_id"], lead["lead_id"]


def _sent(curl: str, url: str) -> dict[str, str]:
    shown = curl.replace("http://127.0.0.1:8000", url)
    done = subprocess.run(["sh", "-c", shown], capture_output=True, text=True, timeout=120, check=True)
    answer: dict[str, str] = msgspec.json.decode(done.stdout)
    return answer


def written(folder: Path, lead_id: str) -> None:
    """The files that the commands read: what a CRM exports."""
    now = datetime.now(UTC).isoformat()
    (folder / "crm.csv").write_text(f"lead_id,event,occurred_at\n{lead_id},contacted,{now}\n")
    (folder / "answers.csv").write_text(f"lead_id,accepted\n{lead_id},yes\n")
    (folder / "their-bill.csv").write_text(f"lead_id,price,date\n{lead_id},20.00,{now}\n")
    (folder / "dnc-tx.csv").write_text("512,8675310\n512,8675311\n")
    with gzip.open(folder / "won.csv.gz", "wt") as file:
        file.write(f"Opp Id,event,Close Date\n006-1,Closed Won,{now}\n")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """Every command that is run here, by its text, in the order of the pages."""
    folder = tmp_path_factory.mktemp("documented")
    shutil.copytree(DEMO_CONFIG.parent, folder, dirs_exist_ok=True)
    found: dict[str, Ran] = {}
    with serve(folder / "buyer.toml", folder / "data") as service, chdir(folder):
        ping_id, lead_id = sold(folder, service.url)
        written(folder, lead_id)
        assert until(lambda: run(["explain", ping_id]).status == 0)
        listed = run(["deliveries", "list"]).said
        placed = {
            "ID": ping_id,
            "LEAD": lead_id,
            "LEAD_ID": lead_id,
            "PING_ID": ping_id,
            "DELIVERY_ID": listed.split("\n")[1].split()[0],
            "DIR": "data",
        }
        for command in commands():
            if not elsewhere(command) and not command.text.endswith("| sh"):
                words = [placed.get(word, _OURS.get(word, word)) for word in command.words[1:]]
                found[str(command)] = run(words)
    return found


@pytest.mark.parametrize("command", [each for each in commands() if not elsewhere(each)], ids=str)
def test_a_documented_command_does_what_it_says(command: DocumentedCommand, ran: dict[str, Ran]) -> None:
    if not command.text.endswith("| sh"):
        done = ran[str(command)]
        missing = [said for beginning, said in NOTHING_TO_DO.items() if command.text.startswith(beginning)]
        assert done.status == 0 or any(said in done.said for said in missing), done.said
        assert "Traceback" not in done.said


def test_what_is_run_elsewhere_is_run_by_a_test() -> None:
    assert [name for name in ELSEWHERE.values() if not (ROOT / name).is_file()] == []
    assert all(any(command.text.startswith(each) for command in commands()) for each in ELSEWHERE)
