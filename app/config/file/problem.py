"""A problem of the configuration: file, line, key, reason and remedy."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import msgspec

KeyPath = tuple[str | int, ...]
"""The way to a key from the top of the file: names of tables and keys, positions in arrays."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """`line` is 0 where no line can be named, `path` empty where the file as a whole is meant."""

    file: str
    line: int = 0
    path: str = ""
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        parts = [where, self.path, self.reason] if self.path else [where, self.reason]
        text = ": ".join(parts) + "."
        if not self.remedy:
            return text
        # Lines to copy end as they are, and a question with its mark.
        return f"{text} Remedy: {self.remedy}" + ("" if "\n" in self.remedy or self.remedy.endswith("?") else ".")


class Findings:
    """Collects everything that is found in one file, errors and warnings apart, with the line of each."""

    def __init__(self, file: str, tree: Mapping[str, object], lines: Mapping[KeyPath, int]) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self._blamed: list[KeyPath] = []
        self._file = file
        self._tree = tree
        self._lines = lines

    def error(self, at: KeyPath, reason: str, remedy: str = "") -> None:
        """The service cannot work with this."""
        self._blamed.append(at)
        self.errors.append(self._problem(at, reason, remedy))

    def warn(self, at: KeyPath, reason: str, remedy: str = "") -> None:
        """Legal, but probably not meant."""
        self.warnings.append(self._problem(at, reason, remedy))

    def error_in(self, file: str, line: int, at: KeyPath, reason: str, remedy: str = "") -> None:
        """An error in a file that this one refers to at `at`."""
        self._blamed.append(at)
        self.errors.append(Problem(file=file, line=line, path=self._name(at), reason=reason, remedy=remedy))

    def blame(self, at: KeyPath) -> bool:
        """Whether an error lies at this place or within it."""
        return any(blamed[: len(at)] == at for blamed in self._blamed)

    def _problem(self, at: KeyPath, reason: str, remedy: str) -> Problem:
        return Problem(file=self._file, line=self._line(at), path=self._name(at), reason=reason, remedy=remedy)

    def _line(self, at: KeyPath) -> int:
        """The line of the key, or of the nearest table around it that has one."""
        return next((self._lines[at[:end]] for end in range(len(at), 0, -1) if at[:end] in self._lines), 0)

    def _name(self, at: KeyPath) -> str:
        """The path in words: members of an array by their `name` where they have one."""
        text, here = "", self._tree
        for part in at:
            here = _member(here, part)
            if isinstance(part, str):
                text = f"{text}.{part}" if text else part
            elif isinstance(here, Mapping) and here.get("name") and isinstance(here["name"], str):
                text = f"{text}.{here['name']}"
            else:
                text = f"{text}[{part}]"
        return text


RENAMED = {
    "demand_swing": ("demand_max_adjustment",),
    "exploration": ("exploration_spread", "exploration_wide_spread", "exploration_wide_share"),
    "half_prices": ("median_winning_price",),
    "hash_quota": ("hash_lookups_per_day",),
    "kappa": ("quality_factor",),
}
"""Former names of keys, so that the problem of an old key names the new one."""

CALLED = {
    **dict.fromkeys(("api_key", "apikey", "key", "key_hash"), "key_sha256"),
    **dict.fromkeys(("jornaya", "universal_leadid"), "leadid"),
    **dict.fromkeys(("bid", "default_bid", "default_price", "fixed_price", "price"), "fallback_price"),
    **dict.fromkeys(("bid_prices", "bid_tiers", "price_list", "prices", "tiers"), "price_points"),
    **dict.fromkeys(("close_rate", "conversion", "conversion_rate", "cvr", "expected_rate"), "expected_conversion"),
    **dict.fromkeys(("bid_floor", "floor_price", "min_bid", "min_price", "minimum_bid"), "floor"),
    **dict.fromkeys(("bid_ceiling", "max_bid", "max_price", "maximum_bid"), "ceiling"),
    **dict.fromkeys(("choices", "enum", "options"), "values"),
    **dict.fromkeys(("cpa", "lead_value", "payout", "revenue", "value"), "conversion_value"),
    **dict.fromkeys(("budget", "daily_budget", "daily_cap", "daily_limit", "max_per_day", "monthly_cap"), "caps"),
    **dict.fromkeys(("equal", "equals", "eq"), "is"),
    **dict.fromkeys(("max", "lte"), "at_most"),
    **dict.fromkeys(("min", "gte"), "at_least"),
    **dict.fromkeys(("float", "decimal", "money"), "number"),
    **dict.fromkeys(("format", "style"), "as"),
    "holidays": "blackout_holidays",
    **dict.fromkeys(("enumeration", "select"), "choice"),
    **dict.fromkeys(("string", "str"), "text"),
    **dict.fromkeys(("timezone", "tz", "zone"), "time_zone"),
    **dict.fromkeys(("endpoint", "webhook", "webhook_url"), "url"),
}
"""What keys and words of ours are called elsewhere."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy that names today's name of a renamed key, else the nearest known word, or all of them where none is
    near and they are few.
    """
    words = sorted({*known})
    renamed = [name for name in RENAMED.get(word, ()) if name in words]
    if renamed:
        return f"it is now called {' and '.join(f'`{name}`' for name in renamed)}"
    if CALLED.get(word.lower()) in words:
        return f"did you mean `{CALLED[word.lower()]}`?"
    by_case = {one.lower(): one for one in words}
    near = get_close_matches(word, words, 1) or get_close_matches(word.lower(), by_case, 1)
    if near:
        return f"did you mean `{by_case.get(near[0], near[0])}`?"
    if 0 < len(words) <= 20:
        return "it may be " + ", ".join(f"`{one}`" for one in words)
    return ""


def _member(here: object, part: str | int) -> Mapping[str, object]:
    """What lies under a part of a path; an empty table where nothing does."""
    try:
        found = here[part]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return {}
    return found  # type: ignore[no-any-return]
