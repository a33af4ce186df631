"""The process is killed again and again, at its start and in the middle of trading, and started on the same data."""

import threading
import time
from pathlib import Path

from app.drill.drill import Say
from app.drill.kit.books import Books
from app.drill.kit.market import demo_with_crm, wait_for_leads
from app.drill.kit.service import free_port, serve_process, starting_process
from app.drill.kit.trade import CAP, Trade
from app.mock_exchange.crm_receiver import BROKEN, FORGETFUL

PROMISE = (
    "kill -9 at any instant loses no accepted lead and no delivery, sells nothing twice, breaks no bid that is out, "
    "and leaves caps and books exact"
)
IN_SAMPLE = True

KILLS, KILLS_IN_SAMPLE = 200, 20
LIVES_S = 0.6
"""How long it lives at the mean, once it answers."""
AT_START = 0.15
"""The share of kills before it answers."""
DELIVERED_S = 120.0


def drill(folder: Path, say: Say) -> list[str]:
    """Trade without a pause, kill at random instants, and compare all books after each start."""
    port, data = free_port(), folder / "data"
    with demo_with_crm(folder / "config") as (config, receiver):
        trade = Trade(f"http://127.0.0.1:{port}", config, say)
        books = Books(data / "journal", data / "leadbid.db", receiver, lambda: {CAP: trade.limit})

        def compare() -> None:
            accepted = dict(trade.accepted)
            books.compare(accepted)
            if say.chance.random() < 0.3:
                receiver.script.append(say.chance.choice((FORGETFUL, BROKEN)))
            say(f"life {kills}: {len(accepted)} leads sold, {receiver.received().kept} of them with the CRM")

        trade.start()
        for kills in range(1, (KILLS_IN_SAMPLE if say.is_sample else KILLS) + 1):
            with starting_process(config, data, port=port) as service:
                if kills > 1 and say.chance.random() < AT_START:
                    time.sleep(say.chance.uniform(0.0, 1.0))
                    service.process.kill()
                    continue
                service.wait_until_up()
                timer = threading.Timer(say.chance.expovariate(1.0 / LIVES_S), service.process.kill)
                timer.daemon = True
                timer.start()
                compare()
                service.process.wait()
                timer.join()
        with serve_process(config, data, port=port):
            trade.stop()
            trade.post_what_is_open()
            leads = books.compare(trade.accepted)
            missing = wait_for_leads(receiver, leads, DELIVERED_S)
            books.compare(trade.accepted)
    say.count("kills", KILLS_IN_SAMPLE if say.is_sample else KILLS)
    for name, count in {**trade.counted, "leads": len(trade.accepted)}.items():
        say.count(name, count)
    untold = leads - trade.accepted.keys()
    broken = [f"lead {lead_id} is stored, and its seller was never told" for lead_id in sorted(untold)]
    return [*books.close(say, missing), *trade.broken[:10], *broken[:10]]
