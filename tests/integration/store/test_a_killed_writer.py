"""kill -9 in the middle of selling: what was acknowledged is there once, and no cap is passed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.store.world import a_sale, count, in_store, refused

_SELLER = """
import asyncio, sys
from tests.integration.store.world import a_cap, a_sale, a_store, refused

async def sell_until_killed(url):
    async with a_store(url) as store:
        async def caller(number):
            while True:
                sale = a_sale(number, cap_uses=(a_cap(10_000),))
                assert (await store.sell(sale, refused)).outcome == "sold"
                sys.stdout.write(f"{number}\\n")
                sys.stdout.flush()
                number += 8
        await asyncio.gather(*[caller(number) for number in range(8)])

asyncio.run(sell_until_killed(sys.argv[1]))
"""


def test_every_acknowledged_sale_of_a_killed_process_is_there_once(url: str, tmp_path: Path) -> None:
    acknowledged = _sell_and_kill(url, tmp_path / "sold", after=50)

    leads = {a_sale(number).lead_id for number in acknowledged}
    assert len(leads) == len(acknowledged)
    stored = count(url, "lead")
    # What was committed while the kill came may not have been said; it is whole all the same.
    assert len(leads) <= stored <= len(leads) + 8
    for table, each in (("answer", 1), ("delivery", 1), ("certificate", 1), ("evidence", 3), ("sighting", 6)):
        assert count(url, table) == stored * each
    assert count(url, "cap_counter", f"used = {stored}") == 1
    said = ", ".join(f"'{lead_id}'" for lead_id in leads)
    assert count(url, "lead", f"lead_id IN ({said})") == len(leads)

    async def again(store: object) -> set[str]:
        return {(await store.sell(a_sale(number), refused)).outcome for number in acknowledged}  # type: ignore[attr-defined]

    assert in_store(url, again) == {"repeated"}


def _sell_and_kill(url: str, said: Path, after: int) -> list[int]:
    """Numbers of the sales that a process said it had made before it was killed."""
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _SELLER, url],
            stdout=output,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )
        try:
            deadline = time.monotonic() + 60.0
            while said.read_bytes().count(b"\n") < after:
                assert process.poll() is None, "it ended by itself"
                assert time.monotonic() < deadline, "it sold too little"
                time.sleep(0.01)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    return [int(line) for line in said.read_bytes().split(b"\n")[:-1]]
