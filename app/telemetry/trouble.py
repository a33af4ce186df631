"""What may be logged of an unforeseen error: its kind and place, never its text, which may hold personal data."""

from traceback import extract_tb


def where(error: BaseException) -> str:
    """As in "KeyError at decide.py:88 < answer_ping.py:60 < intake.py:140": where it happened, then what called it."""
    frames = extract_tb(error.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames[-4:])]
    return f"{type(error).__name__} at {' < '.join(places)}"
