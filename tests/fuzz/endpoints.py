"""Asks every endpoint of a real service what its description allows and what it does not (Schemathesis)."""

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.service import DEMO_CONFIG, ServiceProcess, serve_process

SLOW_MS = 100.0
GROWTH_KB = 60_000
"""So much may the service grow from the first round of requests to the last: it remembers live bids and sales."""

CALLERS: Mapping[str, str] = {"operator": "demo-operator-key", "seller": "demo-acme-key", "nobody": "nobody's key"}

# Left out: what a seller sends oddly is read as well as it can be, and what is described as a text may be no ZIP.
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
_RETRIES = 5
_NOT_REPEATED = frozenset({"host", "content-length", "connection", "accept-encoding"})


class EndpointFindings(msgspec.Struct, kw_only=True):
    """`slowest_ms` is of what was slow each time; `broken` are faults, a sentence each."""

    inputs: int = 0
    statuses: Counter[int] = msgspec.field(default_factory=Counter)
    slowest_ms: float = 0.0
    grown_kb: int = 0
    broken: list[str] = []


def ask_endpoints(
    schemathesis: Path, folder: Path, seed: int, examples: int, say: Callable[[str], None]
) -> EndpointFindings:
    """What came of so many examples an endpoint, by each kind of caller."""
    found, settled = EndpointFindings(), 0
    with serve_process(DEMO_CONFIG, folder / "data") as service:
        for number, (caller, key) in enumerate(CALLERS.items()):
            entries = _asked(schemathesis, service, folder / caller, key, seed + number, examples, found)
            say(f"{len(entries):,} requests by {caller}")
            found.inputs += len(entries)
            found.statuses.update(each["response"]["status"] for each in entries if each.get("response"))
            _look_for_slow(entries, found)
            settled = settled or _used_kb(service)
        found.grown_kb = _used_kb(service) - settled
    if found.grown_kb > GROWTH_KB:
        found.broken.append(f"the service grew by {found.grown_kb:,} kB")
    return found


def _asked(
    schemathesis: Path,
    service: ServiceProcess,
    folder: Path,
    key: str,
    seed: int,
    examples: int,
    found: EndpointFindings,
) -> list[dict[str, Any]]:
    folder.mkdir()
    report, traffic = folder / "report.json", folder / "traffic.har"
    command: list[str | Path] = [
        *(schemathesis, "run", f"{service.url}/schema/openapi.json", "--header", f"X-API-Key: {key}"),
        *("--phases", "coverage,fuzzing", "--max-examples", str(examples), "--seed", str(seed)),
        *("--checks", ",".join(_CHECKS), "--continue-on-failure", "--suppress-health-check", "all"),
        *("--generation-database", "none", "--output-sanitize", "false", "--no-color"),
        *("--report", "json,har", "--report-json-path", report, "--report-har-path", traffic),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not report.exists() or (done.returncode and not msgspec.json.decode(report.read_bytes())["failures"]):
        found.broken.append(f"Schemathesis ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
        return []
    for failure in msgspec.json.decode(report.read_bytes())["failures"]:
        found.broken.append(" ".join(str(failure)[:400].split()))
    entries: list[dict[str, Any]] = msgspec.json.decode(traffic.read_bytes())["log"]["entries"]
    return entries


def _look_for_slow(entries: list[dict[str, Any]], found: EndpointFindings) -> None:
    """Ask again what was answered late: once late may be the machine, each time is the service."""
    for entry in entries:
        took_ms = entry["time"]
        if took_ms > SLOW_MS:
            took_ms = min(_times(entry["request"]))
        if took_ms > SLOW_MS:
            found.broken.append(f"{entry['request']['method']} {entry['request']['url'][:80]} took {took_ms:.0f} ms")
        found.slowest_ms = max(found.slowest_ms, took_ms)


def _times(request: Mapping[str, Any]) -> Iterator[float]:
    """Milliseconds of the same request, until it was quick enough."""
    at = urlsplit(request["url"])
    headers = {each["name"]: each["value"] for each in request["headers"] if each["name"].lower() not in _NOT_REPEATED}
    body = request.get("postData", {}).get("text", "").encode("utf-8", "surrogatepass")
    for _ in range(_RETRIES):
        # No client that looks at what it sends: the first one did not.
        with closing(HTTPConnection(at.netloc, timeout=20.0)) as http:
            started = monotonic()
            http.request(request["method"], f"{at.path}?{at.query}" if at.query else at.path, body, headers)
            http.getresponse().read()
            took_ms = (monotonic() - started) * 1_000.0
        yield took_ms
        if took_ms <= SLOW_MS:
            return


def _used_kb(service: ServiceProcess) -> int:
    """What a process has in memory, in KiB; 0 where the system does not tell."""
    status = Path(f"/proc/{service.process.pid}/status")
    if not status.exists():
        return 0
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))
