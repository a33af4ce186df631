"""How a service logs: a line of text or a JSON object for each record, with the id of its request.

Neither holds the text or the values of an error that nobody foresaw, which may be somebody's: its kind and place alone.
"""

import logging
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO

import msgspec

from app.telemetry.request_id import REQUEST_ID
from app.telemetry.trouble import where

LogFormat = Literal["text", "json"]

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure_logs(style: LogFormat, stream: TextIO, worker: int = 0) -> None:
    """Have everything logged to this stream from INFO on, the server's own lines too; of several workers say which."""
    handler = logging.StreamHandler(stream)
    named = f" worker {worker}:" if worker else ""
    text = TextLines(f"%(asctime)s %(levelname)s{named} %(message)s")
    handler.setFormatter(JsonLines(worker) if style == "json" else text)
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class TextLines(logging.Formatter):
    """For people."""

    def format(self, record: logging.LogRecord) -> str:
        """With the id of the request behind it, where there is one."""
        text, request_id = super().format(record), _request_id(record)
        return f"{text} [request {request_id}]" if request_id else text

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - as the base class calls it
        """Where it happened."""
        return where(ei[1]) if ei[1] is not None else ""


class JsonLines(logging.Formatter):
    """For programs: one object a line."""

    def __init__(self, worker: int = 0) -> None:
        super().__init__()
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        """As in {"time": ..., "level": "ERROR", "logger": ..., "message": ..., "request_id": ..., "error": ...}."""
        line: dict[str, str | int] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if self._worker:
            line["worker"] = self._worker
        if request_id := _request_id(record):
            line["request_id"] = request_id
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = where(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def _request_id(record: logging.LogRecord) -> str:
    """That which whoever logs names, else that of the work which is done."""
    return str(getattr(record, "request_id", "")) or REQUEST_ID.get()
