"""An MLflow tracking server in miniature: its REST API as far as a client asks it, with what it was told in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

API = "/api/2.0/mlflow/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"


class TrackingServer:
    """Experiments by name, runs by id with their parameters, metrics and tags, and the artifacts by path."""

    def __init__(self) -> None:
        self.uri = ""
        self.experiments: dict[str, str] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.artifacts: dict[str, bytes] = {}
        self.takes_runs = True

    def answer(self, call: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What the real one says to a call of its API."""
        if call == "experiments/search":
            return 200, {"experiments": [self._experiment(name) for name in self.experiments]}
        if call == "experiments/get-by-name":
            name = told["experiment_name"]
            if name not in self.experiments:
                return 404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"no experiment {name}"}
            return 200, {"experiment": self._experiment(name)}
        if call == "experiments/create":
            self.experiments[told["name"]] = str(len(self.experiments) + 1)
            return 200, {"experiment_id": self.experiments[told["name"]]}
        if not self.takes_runs:
            return 403, {"error_code": "PERMISSION_DENIED", "message": "this token may only read"}
        if call == "runs/create":
            return 200, {"run": self._created(told)}
        run = self.runs[told["run_id"]]
        if call == "runs/log-batch":
            assert len(told.get("params", ())) <= 100
            run["data"]["params"] += told.get("params", ())
            run["data"]["metrics"] += told.get("metrics", ())
            return 200, {}
        if call == "runs/update":
            run["info"] |= {"status": told["status"]}
            return 200, {"run_info": run["info"]}
        if call == "runs/get":
            return 200, {"run": run}
        return 404, {"error_code": "ENDPOINT_NOT_FOUND", "message": call}

    def _experiment(self, name: str) -> dict[str, Any]:
        return {"experiment_id": self.experiments[name], "name": name, "artifact_location": "mlflow-artifacts:/"}

    def _created(self, told: dict[str, Any]) -> dict[str, Any]:
        key, home = f"run{len(self.runs) + 1}", told["experiment_id"]
        self.runs[key] = {
            "info": {
                "run_id": key,
                "experiment_id": home,
                "run_name": told.get("run_name", ""),
                "status": "RUNNING",
                "start_time": told.get("start_time", 0),
                "artifact_uri": f"mlflow-artifacts:/{home}/{key}/artifacts",
                "lifecycle_stage": "active",
            },
            "data": {"params": [], "metrics": [], "tags": told.get("tags", [])},
        }
        return self.runs[key]

    def told(self, key: str, kind: str) -> dict[str, Any]:
        """The parameters, metrics or tags of a run, by name."""
        return {each["key"]: each["value"] for each in self.runs[key]["data"][kind]}


@contextmanager
def tracking_server() -> Iterator[TrackingServer]:
    """It serves on loopback."""
    state = TrackingServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            self._call(asked.path, {name: values[0] for name, values in parse_qs(asked.query).items()})

        def do_POST(self) -> None:
            self._call(urlsplit(self.path).path, json.loads(self._body() or b"{}"))

        def do_PUT(self) -> None:
            state.artifacts[self.path.removeprefix(ARTIFACTS)] = self._body()
            self._say(200, {})

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silently."""

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _call(self, path: str, told: dict[str, Any]) -> None:
            if not path.startswith(API):
                self._say(404, {"error_code": "ENDPOINT_NOT_FOUND", "message": path})
                return
            self._say(*state.answer(path.removeprefix(API), told))

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.uri = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
