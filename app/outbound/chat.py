"""Sends a text by mail or chat through Apprise, which is optional.

Apprise connects by itself, so that its addresses are not vetted as all others of ours are. They come from secrets of
the operator alone, and nothing but alerts goes there, in which no consumer is named. It follows redirects and takes the
proxies of the environment. Its calls block, so that they run in threads of their own.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

MISSING = "install it with pip install 'leadbid[alerts]'"

_THREADS = ThreadPoolExecutor(2, "leadbid-alerts")


def knows(address: str) -> bool | None:
    """Whether Apprise can read an address; `None` where Apprise is missing."""
    apprise = _apprise()
    return None if apprise is None else bool(_reader(apprise, address))


async def say(address: str, title: str, text: str, within_s: float) -> str:
    """Send it; what went wrong, in a word, or nothing. A call that takes longer is left to its own time-outs."""
    apprise = _apprise()
    if apprise is None:
        return "Apprise is missing"
    call = asyncio.get_running_loop().run_in_executor(_THREADS, _notify, apprise, address, title, text)
    try:
        return await asyncio.wait_for(asyncio.shield(call), within_s)
    except TimeoutError:
        return "timeout"


def _notify(apprise: Any, address: str, title: str, text: str) -> str:
    try:
        reader = _reader(apprise, address)
        if not reader:
            return "unreadable address"
        return "" if reader.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT) else "refused"
    except Exception as error:  # noqa: BLE001 - a hundred services fail in as many ways, and their texts hold addresses
        return type(error).__name__


def _reader(apprise: Any, address: str) -> Any:
    """An Apprise with this one address: no configuration files, no plugins of others, nothing stored."""
    reader = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, secure_logging=True))
    reader.add(address)
    return reader


def _apprise() -> Any:
    try:
        import apprise  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError:
        return None
    # It logs addresses, of which it hides only what it takes for a secret.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise
