"""What two spellings of one value have in common, in a column that nobody has declared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_SAME = ({"1", "true", "yes", "y", "t", "on"}, *({word} for word in ("converted", "sold", "won", "closed_won")))
_POSITIVE = {*_SAME[0], "converted", "sold", "won", "closed_won", "closed won", "bought", "accepted", "positive"}


def plain(value: object) -> str:
    """A value by which two ways of writing it are one: `1`, `1.0` and `"1"`, `true` and `" True"`."""
    text = _fold(str(value))
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text


def usual_spellings(texts: Iterable[str | None]) -> dict[str, str]:
    """Each text -> the most usual of those that differ from it in case or spaces alone, without idle spaces."""
    counts = Counter(text for text in texts if text is not None)
    # The last is the most usual.
    usual = {_fold(text): " ".join(text.split()) for text in sorted(counts, key=lambda text: (counts[text], text))}
    return {text: usual[_fold(text)] for text in counts}


def positive_words(values: Mapping[str, int]) -> tuple[dict[str, int], str]:
    """Those of a label's values, each with its rows, that say yes, or else the last and rarest; and what to ask of it.

    Nothing is to be asked where they all say the same, and conversions are the rarer thing.
    """
    known = {value: rows for value, rows in values.items() if plain(value) in _POSITIVE}
    words = {plain(value) for value in known}
    chosen = known or dict([*values.items()][-1:])
    share = sum(chosen.values()) / sum(values.values())
    if share > 0.5:
        return chosen, f"is it this one? it stands in {share:.0%} of the rows:"
    return chosen, "" if known and any(words <= same for same in _SAME) else "is it this one?"


def is_filled(text: str | None) -> bool:
    """Whether a cell says something other than nothing."""
    return text is not None and plain(text.strip().lstrip("$€£")) != "0"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names for people to read, and how many more there are."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _fold(text: str) -> str:
    """What two spellings have in common: neither case nor spaces count."""
    return " ".join(text.split()).lower()
