"""A span of time, asked for in the same words by every command."""

import argparse
import time

from app.domain.calendar import moment


def add_span(parser: argparse.ArgumentParser, happened: str) -> None:
    """`[--since WHEN] [--until WHEN]`, UTC epoch seconds or `None`; `happened` is said of what lies between."""
    parser.add_argument(
        "--since", type=_moment, metavar="WHEN", help=f"{happened} at or after: 2026-11-21, or 30m, 12h, 7d ago"
    )
    parser.add_argument("--until", type=_moment, metavar="WHEN", help=f"{happened} before")


def add_local_span(parser: argparse.ArgumentParser, happened: str) -> None:
    """The same as text, to be read by `moment` with the zone in which dates are meant."""
    help_since = f"{happened} at or after: 2026-11-21 in the buyer's time zone, or 30m, 12h, 7d ago"
    parser.add_argument("--since", type=_checked, metavar="WHEN", help=help_since)
    parser.add_argument("--until", type=_checked, metavar="WHEN", help=f"{happened} before")


def _checked(text: str) -> str:
    _moment(text)
    return text


def _moment(text: str) -> float:
    try:
        return moment(text, time.time())
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
