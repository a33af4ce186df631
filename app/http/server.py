"""How uvicorn serves the application, wherever it is served."""

import asyncio
from typing import Literal

import uvicorn

from app.http.application import Application


def server_of(application: Application, *, shutdown_s: int) -> uvicorn.Server:
    """A server that waits so many seconds for requests under way when it is stopped."""
    return uvicorn.Server(
        uvicorn.Config(
            application,
            http=protocol_of(application),
            # Without this a service that cannot start would answer all the same, with nothing behind it.
            lifespan="on",
            ws="none",
            # Access logs would hold keys and hashes that sellers put into query strings.
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=shutdown_s,
        )
    )


def protocol_of(application: Application) -> type[asyncio.Protocol] | Literal["auto"]:
    """The short way where there is httptools, which there is not on Windows."""
    try:
        from app.http.auction.express import express  # noqa: PLC0415 - as above
    except ImportError:
        return "auto"
    return express(application)
