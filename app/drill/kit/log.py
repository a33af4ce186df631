"""What a service in this process logs that somebody should see."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def said() -> Iterator[list[str]]:
    """Its warnings and errors, as they come."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler = Keep(logging.WARNING)
    logging.getLogger("app").addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger("app").removeHandler(handler)
