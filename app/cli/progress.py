"""Shows the progress of long work."""

import sys


def progress(text: str) -> None:
    """Say it in a line that the next one overwrites; an empty one clears it. Nothing where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r{text:<76}\r", end="", file=sys.stderr, flush=True)
