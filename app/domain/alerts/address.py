"""Which way an address of alerts is reached: by our own webhook, or by Apprise, which knows a hundred services."""

from urllib.parse import urlsplit

CHATS = ("hooks.slack.com", "discord.com", "discordapp.com", "webhook.office.com", "chat.googleapis.com")
"""Hosts whose https addresses want a body of their own, which Apprise writes."""


def is_webhook(address: str) -> bool:
    """Whether it takes our JSON over HTTP."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and not any(host == chat or host.endswith(f".{chat}") for chat in CHATS)


def service_of(address: str) -> str:
    """What may be said of an address, all else of which is secret."""
    scheme = address.partition(":")[0].lower()
    return scheme if scheme.isascii() and scheme.isalnum() else "?"
