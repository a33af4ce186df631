"""Registers the routes of a service once in a process, where each of hundreds would take half of its start for it."""

from collections.abc import Sequence
from copy import copy
from typing import Any

import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from app.http import application
from app.http.console.routes import console_routes

_PATCH = pytest.MonkeyPatch()
_made: dict[tuple[int, ...], tuple[Sequence[HTTPRouteHandler], Litestar]] = {}
"""By which handlers it has; they are kept, so that no other gets the identity of one."""


def register_routes_once() -> None:
    """From now on applications with the same handlers share what was made of them, and nothing of their state."""
    routes, console = application._Routes, tuple(console_routes())

    def of_handlers(*, route_handlers: Sequence[Sequence[HTTPRouteHandler]], state: State, **rest: Any) -> Litestar:
        (handlers,) = route_handlers
        key = tuple(map(id, handlers))
        if key not in _made:
            _made[key] = handlers, Litestar(route_handlers=[routes("/", route_handlers=handlers)], **rest)
        one = copy(_made[key][1])
        one.state = state
        return one

    _PATCH.setattr(application, "console_routes", lambda: console)
    _PATCH.setattr(application, "_Routes", lambda _path, route_handlers: route_handlers)
    _PATCH.setattr(application, "Litestar", of_handlers)
