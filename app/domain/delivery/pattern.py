"""Regular expressions of a configuration, searched in a time in proportion to the text.

Python's own engine tries again what failed before, so that a careless pattern keeps it busy for hours over one answer
of a CRM. Here a pattern is fixed parts (characters, classes, counts) with repeats of one character between them; what
failed once is remembered, and is not tried again from another start.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

READ_MAX = 16_384
"""Characters of a text that are searched."""

_LENGTH_MAX = 256
_COUNT_MAX = 64
_TOKEN = re.compile(
    r"""(?P<atom> \\[dDwWsS] | \\[^A-Za-z0-9] | \\[nrt] | \[\^?\]?(?:\\.|[^\]\\])*\] | [^\\\[\](){}|*+?^$] )
        (?P<count> [*+?] | \{\d{1,2}(?:,\d{0,2})?\} )?
      | (?P<group> \((?!\?) | \)(?![*+?{]) )
      | (?P<anchor> [\^$](?![*+?{]) )""",
    re.VERBOSE | re.DOTALL,
)
_PROBES = [*map(chr, range(0x250)), *"ЖΩא٣ก中\u2028\u3000\ufeff\U0001f600"]
"""A letter, a digit, a space or none of these from everywhere."""

_REMEDY = "write characters, classes and groups, with at most one of * + ? {1,9} after a character or class"


class PatternError(ValueError):
    """A pattern may not be used; the text says why, and what to do."""


class _Part(msgspec.Struct, frozen=True, gc=False):
    """A piece of the text: a fixed one has as many characters each time, a repeat is a run of `letters`.

    A repeat is `settled` where nothing of its run can be what follows, so that it is never given back.
    """

    fits: re.Pattern[str]
    fixed: bool = True
    least: int = 1
    endless: bool = False
    letters: frozenset[str] = frozenset()
    settled: bool = True


class Pattern:
    """One pattern, read once. PatternError where it may not be used."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > _LENGTH_MAX:
            raise PatternError(f"it is longer than {_LENGTH_MAX} characters")
        try:
            re.compile(pattern)
        except (re.error, OverflowError) as error:
            raise PatternError(f"it cannot be read: {error}") from None
        tokens = list(_tokens(pattern))
        self._at_start = pattern.startswith("^")
        self._group = _first_group(tokens)
        self._parts = _settled(_parts(tokens, pattern))

    def search(self, text: str) -> str | None:
        """The first group, or all of what was found where there is none; as the first match of Python's engine."""
        return _Search(self._parts, self._group, text[:READ_MAX]).found(at_start=self._at_start)


@lru_cache(maxsize=256)
def pattern_of(pattern: str) -> Pattern:
    """The same text is read once."""
    return Pattern(pattern)


class _Search:
    """One search. `ends` holds the end of each part so far, `failed` the places where no more was found."""

    def __init__(self, parts: Sequence[_Part], group: tuple[int, int], text: str) -> None:
        self._parts = parts
        self._group = group
        self._text = text
        self._ends = [0] * (len(parts) + 1)
        self._failed: set[tuple[int, int]] = set()
        self._tried: dict[tuple[int, int], int] = {}
        self._places: dict[int, list[int]] = {}
        self._runs: dict[int, list[tuple[int, int]]] = {}

    def found(self, *, at_start: bool) -> str | None:
        starts: Sequence[int] = range(1 if at_start else len(self._text) + 1)
        if not at_start and self._parts and self._parts[0].fixed:
            starts = self._places_of(0)
        for start in starts:
            self._ends[0] = start
            if self._goes_on(0, start):
                first, last = self._group
                return self._text[self._ends[first] : self._ends[last]]
        return None

    def _goes_on(self, index: int, at: int) -> bool:
        while index < len(self._parts):
            part = self._parts[index]
            end = self._end_of(index, at)
            if not part.fixed and not part.settled:
                return end >= at + part.least and self._gives_back(index, at, end)
            if end < at + part.least:
                return False
            index, at = index + 1, end
            self._ends[index] = end
        return True

    def _gives_back(self, index: int, at: int, end: int) -> bool:
        """Whether it goes on after some part of this run, the longest first. A fixed part follows."""
        if (index, at) in self._failed:
            return False
        self._failed.add((index, at))
        low, high = at + self._parts[index].least, end
        if self._parts[index].endless:
            # From another start within the same run, all that is shorter was tried already.
            tried = self._tried.get((index, end), end + 1)
            high = tried - 1
            self._tried[index, end] = min(tried, low)
        places = self._places_of(index + 1)
        for position in reversed(range(bisect_left(places, low), bisect_right(places, high))):
            self._ends[index + 1] = places[position]
            if self._goes_on(index + 1, places[position]):
                return True
        return False

    def _end_of(self, index: int, at: int) -> int:
        """Where this part ends that begins here, as late as it can; before its beginning where it does not fit."""
        part = self._parts[index]
        if not part.endless:
            match = part.fits.match(self._text, at)
            return match.end() if match is not None else -1
        # Looking for the end from each start of a run would be the square of its length.
        if index not in self._runs:
            self._runs[index] = [match.span() for match in part.fits.finditer(self._text)]
        before = bisect_right(self._runs[index], (at, READ_MAX))
        return max(self._runs[index][before - 1][1], at) if before else at

    def _places_of(self, index: int) -> list[int]:
        """Wherever this fixed part stands."""
        if index not in self._places:
            ahead = re.compile(f"(?={self._parts[index].fits.pattern})", self._parts[index].fits.flags)
            self._places[index] = [match.start() for match in ahead.finditer(self._text)]
        return self._places[index]


def _tokens(pattern: str) -> Iterator[re.Match[str]]:
    end = 0
    while end < len(pattern):
        token = _TOKEN.match(pattern, end)
        misplaced = token is not None and token["anchor"] and end != (0 if token["anchor"] == "^" else len(pattern) - 1)
        if token is None or misplaced:
            raise PatternError(f"`{pattern[end : end + 8]}` at character {end + 1} is not allowed; {_REMEDY}")
        yield token
        end = token.end()


def _pieces(tokens: Sequence[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Neighbors that are fixed are one piece; a repeat is one of its own, and so is a group's beginning or end."""
    piece: list[re.Match[str]] = []
    for token in tokens:
        if piece and (token["group"] or _is_repeat(token) or piece[-1]["group"] or _is_repeat(piece[-1])):
            yield piece
            piece = []
        piece.append(token)
    if piece:
        yield piece


def _first_group(tokens: Sequence[re.Match[str]]) -> tuple[int, int]:
    """Before and after which parts the first group begins and ends; all parts where there is none."""
    count, depth, first = 0, 0, -1
    for piece in _pieces(tokens):
        group = piece[0]["group"]
        if not group:
            count += 1
        elif group == "(":
            first = count if first < 0 else first
            depth += 1
        else:
            depth -= 1
            if depth == 0 and first >= 0:
                return first, count
    return 0, count


def _is_repeat(token: re.Match[str]) -> bool:
    least, most = _counts(token["count"])
    return least != most


def _parts(tokens: Sequence[re.Match[str]], pattern: str) -> list[_Part]:
    probes = [*_PROBES, *(chr(min(ord(letter) + step, 0x10FFFF)) for letter in pattern for step in (0, 1))]
    counted = [_counts(token["count"])[1] or 0 for token in tokens if token["count"]]
    if sum(counted) > _COUNT_MAX:
        raise PatternError(f"it counts to more than {_COUNT_MAX}")
    return [_part(piece, probes) for piece in _pieces(tokens) if not piece[0]["group"]]


def _part(piece: Sequence[re.Match[str]], probes: Sequence[str]) -> _Part:
    token = piece[0]
    if not _is_repeat(token):
        atom = next((each["atom"] for each in piece if each["atom"]), "")
        fits = re.compile("".join([each[0] for each in piece]))
        return _Part(fits, least=0 if not atom else 1, letters=_letters(atom, probes) if atom else frozenset())
    least, most = _counts(token["count"])
    run = re.compile(f"{token['atom']}+" if most is None else f"{token['atom']}{{0,{most}}}")
    return _Part(run, fixed=False, least=least, endless=most is None, letters=_letters(token["atom"], probes))


def _letters(atom: str, probes: Sequence[str]) -> frozenset[str]:
    is_of_it = re.compile(atom).fullmatch
    return frozenset(letter for letter in probes if is_of_it(letter))


def _counts(count: str | None) -> tuple[int, int | None]:
    usual: dict[str | None, tuple[int, int | None]] = {None: (1, 1), "*": (0, None), "+": (1, None), "?": (0, 1)}
    if count in usual:
        return usual[count]
    least, comma, most = str(count).strip("{}").partition(",")
    return int(least), (int(most) if most else None) if comma else int(least)


def _settled(parts: list[_Part]) -> list[_Part]:
    """Each repeat with whether it may have to give back. PatternError where that would be to another repeat."""
    settled = []
    for index, part in enumerate(parts):
        rest = parts[index + 1 :]
        if not part.fixed and not part.letters.isdisjoint(_first(rest)):
            if not rest[0].fixed:
                raise PatternError(
                    "two repeats that follow each other may share characters; write one, or text between"
                )
            part = msgspec.structs.replace(part, settled=False)
        settled.append(part)
    return settled


def _first(parts: Sequence[_Part]) -> frozenset[str]:
    """What may come next, through all that may be nothing."""
    letters: frozenset[str] = frozenset()
    for part in parts:
        letters |= part.letters
        if part.least > 0:
            break
    return letters
