"""The auction's paths: what each takes, in whose words, and in which format it answers."""

from app.dialects.platforms.dialect import Dialect
from app.dialects.platforms.known import DIALECTS
from app.http.request import Route, Takes

_TAKES: tuple[Takes, ...] = ("ping", "post", "lead")


def _routes() -> dict[str, Route]:
    named: list[tuple[str, Dialect | None]] = [("", None), *((f"{name}/", each) for name, each in DIALECTS.items())]
    return {
        f"/v1/{name}{test}{takes}{suffix}": Route(takes=takes, dialect=dialect, test=bool(test), suffix=suffix)
        for name, dialect in named
        for takes in _TAKES
        for test in ("", "test/")
        for suffix in ("", ".json", ".xml")
    }


ROUTES = _routes()
"""The route at each of the auction's paths."""

PATHS = tuple(
    f"/v1/{dialect}{test}{takes}" for dialect in ("", "{dialect}/") for test in ("", "test/") for takes in _TAKES
)
"""Every path of the auction, those of all dialects as one."""
