"""The auction's paths: what each takes, in whose words, and in which format it answers."""

from typing import Literal, get_args

import msgspec

from app.dialects.platforms.dialect import Dialect
from app.dialects.platforms.known import DIALECTS

Takes = Literal["ping", "post", "lead"]
"""A `lead` is a ping, a post or both at once: the request says which."""


class Route(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One path. `dialect` is `None` where the seller's own counts; a `suffix` only chooses the format of the answer."""

    takes: Takes
    dialect: Dialect | None
    test: bool
    suffix: str


def _routes() -> dict[str, Route]:
    named: list[tuple[str, Dialect | None]] = [("", None), *((f"{name}/", each) for name, each in DIALECTS.items())]
    return {
        f"/v1/{name}{test}{kind}{suffix}": Route(takes=kind, dialect=dialect, test=bool(test), suffix=suffix)
        for name, dialect in named
        for kind in get_args(Takes)
        for test in ("", "test/")
        for suffix in ("", ".json", ".xml")
    }


_ROUTES = _routes()
PATHS = tuple(
    f"/v1/{dialect}{test}{kind}" for dialect in ("", "{dialect}/") for test in ("", "test/") for kind in get_args(Takes)
)
"""Every path of the auction, those of all dialects as one."""


def is_route(path: str) -> bool:
    """Whether a path is one of the auction's."""
    return path in _ROUTES


def route_at(path: str) -> Route:
    """The endpoint at one of the auction's paths."""
    return _ROUTES[path]
