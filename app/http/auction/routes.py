"""The auction's paths: what each accepts, in which dialect, and in which format it answers."""

from itertools import product

from app.dialects.dialect import Dialect
from app.http.paths import known_path
from app.http.request import Route, Takes
from app.platforms.known import for_each_dialect

_TAKES: tuple[Takes, ...] = ("ping", "post", "lead")


ROUTES: dict[str, Route] = {}
"""The route at each of the auction's paths; a platform's are added as it is registered."""


def _add(dialect: Dialect | None) -> None:
    """Lay out a dialect's paths, or those where the seller's own dialect counts."""
    name = "" if dialect is None else f"{dialect.name}/"
    for takes, test, suffix in product(_TAKES, ("", "test/"), ("", ".json", ".xml")):
        route = Route(takes=takes, dialect=dialect, test=bool(test), suffix=suffix)
        ROUTES[f"/v1/{name}{test}{takes}{suffix}"] = route


_add(None)
for_each_dialect(_add)

PATHS = tuple(
    f"/v1/{dialect}{test}{takes}" for dialect in ("", "{dialect}/") for test in ("", "test/") for takes in _TAKES
)
"""Every path of the auction, those of all dialects as one."""


def auction_path(path: str) -> str:
    """The path of the auction that is meant, empty where none is."""
    return known_path(path, ROUTES)
