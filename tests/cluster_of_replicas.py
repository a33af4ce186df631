"""`make cluster`: three replicas of the demo on a PostgreSQL that is gone afterwards, behind a balancer."""

import argparse
import signal
import sys
import tempfile
import threading
from pathlib import Path

from app.bounds import whole
from app.drill.drill import NotHere
from app.drill.kit.cluster.cluster import REPLICAS, Cluster, DidNotStart, cluster
from app.packaged import DEMO_CONFIG

PORT = 8080


def main() -> int:
    """Run them until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--config", type=Path, default=DEMO_CONFIG, help="configuration file (default: the demo's)")
    parser.add_argument("--replicas", type=whole(1, 100), default=REPLICAS, help=f"how many (default: {REPLICAS})")
    parser.add_argument(
        "--port",
        type=whole(1, 65_000),
        default=PORT,
        help=f"the balancer's; replicas have the next ones (default: {PORT})",
    )
    wanted = parser.parse_args()
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    ports = range(wanted.port, wanted.port + wanted.replicas + 1)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="leadbid-cluster-") as folder,
            cluster(Path(folder), wanted.config.absolute(), replicas=wanted.replicas, ports=ports) as running,
        ):
            print(_how_to_use(running, Path(folder)), flush=True)
            stop.wait()
            print("stopping: what was begun is answered first", flush=True)
    except OSError as error:
        print(f"{error.strerror or error}: name other ports with --port, as ARGS='--port 9000'", file=sys.stderr)
        return 1
    except (NotHere, DidNotStart) as why:
        print(why, file=sys.stderr)
        return 1
    return 0


def _how_to_use(running: Cluster, folder: Path) -> str:
    each = "\n".join(
        f"  replica {number}  {replica.url}  process {replica.process.pid if replica.process else '-'}  {replica.log}"
        for number, replica in enumerate(running.all, start=1)
    )
    return f"""\
Sellers:   {running.url}   (balancer)
{each}
Database:  {running.database_url}

  leadbid sample ping | curl -s -H 'X-API-Key: demo-acme-key' -d @- {running.url}/v1/ping
  leadbid pause auto-anywhere --data {folder}/replica-1
  leadbid status --data {folder}/replica-1
  kill -9 PROCESS        the balancer leaves it out; the others honor its bids

Ctrl-C stops everything, and removes what it wrote."""


if __name__ == "__main__":
    sys.exit(main())
