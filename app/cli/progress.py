"""Shows the progress of long work."""

import sys


def progress(text: str) -> None:
    """Print a line that the next one overwrites; an empty one clears it. Nothing is printed without a terminal."""
    if sys.stderr.isatty():
        print(f"\r{text:<76}\r", end="", file=sys.stderr, flush=True)
