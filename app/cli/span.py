"""A span of time, asked for in the same words by every command."""

import argparse
import re
import time
from datetime import UTC, datetime

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def add_span(parser: argparse.ArgumentParser, happened: str) -> None:
    """`[--since WHEN] [--until WHEN]`, UTC epoch seconds or `None`; `happened` is said of what lies between."""
    parser.add_argument(
        "--since", type=_moment, metavar="WHEN", help=f"{happened} at or after: 2026-11-21, or 30m, 12h, 7d ago"
    )
    parser.add_argument("--until", type=_moment, metavar="WHEN", help=f"{happened} before")


def _moment(text: str) -> float:
    """UTC epoch seconds of a date, a date with time, or a span before now."""
    span = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if span:
        return time.time() - int(span[1]) * _UNITS[span[2]]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: write 2026-11-21, 2026-11-21T10:00Z, or 30m, 12h, 7d") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
