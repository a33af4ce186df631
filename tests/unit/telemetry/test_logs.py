"""What is logged is one line, finds its request, and holds nothing that an error may have held."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import msgspec
import pytest

from app.telemetry.logs import JsonLines, LogFormat, TextLines, configure_logs
from app.telemetry.request_id import REQUEST_ID
from tests.table import each_row

_log = logging.getLogger("tests.logs")


@contextmanager
def logged(formatter: logging.Formatter) -> Iterator[StringIO]:
    """What is logged meanwhile."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    _log.addHandler(handler)
    try:
        yield stream
    finally:
        _log.removeHandler(handler)


def fail() -> None:
    try:
        raise ValueError("maria.lopez@gmail.com")
    except ValueError:
        _log.exception("a lead\n%s", "was lost")


def test_a_json_line_is_one_object_on_one_line() -> None:
    with logged(JsonLines()) as stream:
        _log.warning('a "quote", a\nbreak and %s', "größe")
    (line,) = stream.getvalue().splitlines()
    told = msgspec.json.decode(line)
    assert told.pop("time").endswith("+00:00")
    assert told == {"level": "WARNING", "logger": "tests.logs", "message": 'a "quote", a\nbreak and größe'}


def test_a_json_line_says_where_an_error_was_and_not_what_it_said() -> None:
    with logged(JsonLines()) as stream:
        fail()
    (line,) = stream.getvalue().splitlines()
    assert msgspec.json.decode(line)["error"].startswith("ValueError at test_logs.py:")
    assert "maria" not in line


def test_a_line_of_text_neither() -> None:
    with logged(TextLines("%(levelname)s %(message)s")) as stream:
        fail()
    assert stream.getvalue().startswith("ERROR a lead\nwas lost\nValueError at test_logs.py:")
    assert "maria" not in stream.getvalue()
    assert "Traceback" not in stream.getvalue()


@each_row("is_named", [True, False], ids=["named", "current"])
def test_a_line_names_its_request(*, is_named: bool) -> None:
    token = REQUEST_ID.set("current")
    try:
        with logged(JsonLines()) as objects, logged(TextLines("%(message)s")) as texts:
            _log.error("lost", extra={"request_id": "named"} if is_named else {})
    finally:
        REQUEST_ID.reset(token)
    name = "named" if is_named else "current"
    assert msgspec.json.decode(objects.getvalue())["request_id"] == name
    assert texts.getvalue() == f"lost [request {name}]\n"


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_lines_of_the_server_have_the_same_form(style: LogFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    root, stream = logging.getLogger(), StringIO()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    configure_logs(style, stream)
    server = logging.getLogger("uvicorn.error")
    # A server in the same process may have made it quieter.
    before = server.level
    server.setLevel(logging.ERROR)
    server.error("Exception in ASGI application")
    server.setLevel(before)
    assert stream.getvalue().startswith("{") == (style == "json")
    assert "Exception in ASGI application" in stream.getvalue()
