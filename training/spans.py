"""Moments as a command's arguments write them."""

import argparse
import re
import time
from datetime import UTC, datetime

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def moment(text: str) -> float:
    """UTC epoch seconds of a date, a date with time, a span before now as in 7d, or of themselves."""
    span = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if span:
        return time.time() - int(span[1]) * _UNITS[span[2]]
    if re.fullmatch(r"\d{9,11}(?:\.\d*)?", text):
        return float(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: write 2026-11-21, 2026-11-21T10:00Z, or 30m, 12h, 7d") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
