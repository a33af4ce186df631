"""The disk of the journal alone is full while sellers trade, and has space again later."""

import shutil
import time
from pathlib import Path

import httpx

from app.drill.drill import Say
from app.drill.kit.books import Books
from app.drill.kit.disk import a_disk, full
from app.drill.kit.market import demo_with_crm, ping, post, someone, wait_for_leads
from app.drill.kit.service import serve_process, until

PROMISE = (
    "while the journal cannot be written, bids and sales go on; afterwards each decision of that time stands in it and is "
    "reproduced"
)
IN_SAMPLE = False

FULL_S = 10.0


def drill(folder: Path, say: Say) -> list[str]:
    """Trade for 10 s without space, then make some."""
    journal = folder / "data" / "journal"
    with a_disk(journal, 8) as disk, demo_with_crm(folder / "config") as (config, receiver):
        # What the service keeps beside the lines lies there before the disk is full.
        with (
            serve_process(config, folder / "data") as service,
            httpx.Client(base_url=service.url, trust_env=False, timeout=20.0) as http,
        ):
            accepted, asked, refused = dict[str, str](), 0, 0
            with full(disk / "filler"):
                began = time.monotonic()
                while time.monotonic() - began < FULL_S:
                    asked += 1
                    answer = ping(http, someone(asked))
                    if answer["status"] != "accepted":
                        continue
                    told = post(http, someone(asked), answer["ping_id"]).json()
                    refused += told["status"] != "accepted"
                    accepted[told["lead_id"]] = answer["ping_id"]
                    time.sleep(0.02)
                is_free = shutil.disk_usage(disk).free
            say(f"{asked} pings and {len(accepted)} sales while {is_free} bytes were free")
            written = until(lambda: len(_pings(journal)) == asked)
            books = Books(journal, folder / "data" / "leadbid.db", receiver)
            missing = wait_for_leads(receiver, books.compare(accepted))
    for name, count in {"pings": asked, "sales": len(accepted), "sales refused": refused}.items():
        say.count(name, count)
    say.count("decisions lost", 0 if written else asked - len(_pings(journal)))
    broken = [f"{asked - len(_pings(journal))} decisions were never written"] if not written else []
    if refused:
        broken.append(f"{refused} posts to live bids were refused meanwhile")
    return [*broken, *books.close(say, missing)]
