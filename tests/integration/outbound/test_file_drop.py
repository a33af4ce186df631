"""Leads that go into a file while their process is killed: none that was said to be written is missing."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

WRITING = """
import sys
from app.outbound.file_drop import append_line
from app.outbound.message import OutboundLine
first = int(sys.argv[2])
for number in range(first, first + 100_000):
    text = f'"msg_{number}","{"x" * 2_000}"\\n'.encode()
    assert append_line(OutboundLine(file=sys.argv[1], header=b'"delivery_id","remark"\\n', line=text)).status == 200
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed like this there")
def test_no_line_that_was_acknowledged_is_lost_to_a_kill(tmp_path: Path) -> None:
    path, acknowledged = tmp_path / "leads.csv", list[str]()
    for first in (0, 1_000_000):
        command = [sys.executable, "-c", WRITING, str(path), str(first)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged += [next(process.stdout).strip() for _ in range(40)]
            process.kill()
            acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    with path.open(newline="", encoding="utf-8-sig") as file:
        written = [row[0] for row in csv.reader(file)]
    assert set(written) >= {f"msg_{number}" for number in acknowledged}
    assert written[0] == "delivery_id"
