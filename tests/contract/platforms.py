"""The fixtures of each platform: its exchanges, and in `answers.json` what its answers consist of."""

from functools import cache
from pathlib import Path

import msgspec

from tests.contract.scenario import FOLDER

_FOLDER = FOLDER / "dialects"
_ANSWERS = "answers.json"


class Legs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an answer has a place for each leg of a bid: the list, and in each entry its id and its price."""

    list: str
    id: str
    price: str


class PlatformAnswers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of the answers to pings and posts: of a bid or a sale, then of a refusal where they differ.

    `says_duplicate_ping` is true where the platform has a word of its own for a ping of somebody whom the buyer knows.
    """

    ping: tuple[tuple[str, ...], ...]
    post: tuple[tuple[str, ...], ...]
    legs: Legs | None = None
    says_duplicate_ping: bool = False


def platforms_with_fixtures() -> list[str]:
    """Every platform that has a folder."""
    return sorted(path.name for path in _FOLDER.iterdir())


def scenarios_of(name: str) -> list[Path]:
    """A platform's exchanges."""
    return sorted(path for path in (_FOLDER / name).glob("*.json") if path.name != _ANSWERS)


@cache
def answers_of(name: str) -> PlatformAnswers:
    """What a platform's answers consist of; msgspec.ValidationError names the key that is wrong."""
    return msgspec.json.decode((_FOLDER / name / _ANSWERS).read_bytes(), type=PlatformAnswers)
