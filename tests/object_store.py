"""A server that answers as S3 does for single objects, errors included, on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCESS_KEY = "AKIALEADBIDTESTS"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
"""With AWS_ENDPOINT, what reaches it."""


class ObjectStoreServer(ThreadingHTTPServer):
    """`objects` by path. The next `slow_down` requests are answered as by a store that is asked too much.

    There is `room` for so many Parquet files.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.slow_down = 0
        self.room = 1_000

    @property
    def url(self) -> str:
        """Its endpoint."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: ObjectStoreServer
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_refused():
            return
        if self.path.endswith(".parquet") and len(self.server.objects) >= self.server.room:
            self._fault(507, "InsufficientCapacity", "The store is full.")
            return
        self.server.objects[self.path] = body
        self._answer(200, b"")

    def do_GET(self) -> None:
        if self._is_refused():
            return
        if self.path not in self.server.objects:
            self._fault(404, "NoSuchKey", "The specified key does not exist.")
            return
        self._answer(200, self.server.objects[self.path])

    def do_DELETE(self) -> None:
        if not self._is_refused():
            self.server.objects.pop(self.path, None)
            self._answer(204, b"")

    def log_message(self, *_: object) -> None:
        """Nothing is said."""

    def _is_refused(self) -> bool:
        if f"Credential={ACCESS_KEY}/" not in self.headers.get("Authorization", ""):
            self._fault(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
            return True
        if self.server.slow_down:
            self.server.slow_down -= 1
            self._fault(503, "SlowDown", "Please reduce your request rate.")
            return True
        return False

    def _fault(self, status: int, code: str, message: str) -> None:
        text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
        self._answer(status, text.encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Mon, 30 Nov 2026 12:00:00 GMT")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def object_store() -> Iterator[ObjectStoreServer]:
    """The server, for as long as it is needed."""
    with ObjectStoreServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
