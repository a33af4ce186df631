"""Destinations that are no HTTP endpoint: a mailbox, and a folder with a file for each day."""

import re
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.domain.delivery.destination_auth import is_plain, is_secret

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"[A-Za-z0-9_.:-]+")
_WHOLE_PATH = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}")


class MailDelivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One mail a lead, by the buyer's own mail server.

    The body is `text`, a line for each of the destination's fields, or `xml`, as the parsers of ADF want it. `subject`
    may hold placeholders. Without TLS there is no password, and only a host that may have a private address.
    """

    host: str
    port: int = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = msgspec.field(name="from")
    to: tuple[str, ...]
    subject: str = "New {vertical} lead {lead_id}"
    body: Literal["text", "xml"] = "text"

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise ValueError("`host` is not the name of a host: write it as smtp.example.com")
        if not 1 <= self.port <= 65_535:
            raise ValueError(f"`port` is {self.port}: it must be from 1 to 65535, mostly 587, or 465 with implicit TLS")
        if not self.to:
            raise ValueError("`to` is empty: name at least one address")
        if wrong := next((each for each in (self.sender, *self.to) if not _ADDRESS.fullmatch(each)), None):
            key = "from" if wrong == self.sender else "to"
            raise ValueError(f"`{key}` holds no plain address: write it as leads@example.com, without a name")
        if bool(self.user) != bool(self.password):
            raise ValueError("`user` and `password` go together: give both or neither")
        if self.password and not is_secret(self.password):
            raise ValueError(
                "`password` must be a reference, `env:NAME` or `file:PATH`: secrets must not be written in the file"
            )
        if self.password and self.tls == "none":
            raise ValueError('`tls` is "none", and a password would be sent in plain: use "starttls" or "implicit"')
        if not is_plain(self.subject):
            raise ValueError("`subject` must be one line of printable ASCII")


class FileDelivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line a lead in a CSV file a day, in this folder: `NAME-2026-11-30.csv`. The day is that of its writing."""

    folder: str
    name: str = "leads"
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        if not _WHOLE_PATH.match(self.folder):
            raise ValueError(f"`folder` is {self.folder!r}: write the whole path, as /srv/leads")
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"`name` is {self.name!r}: use small letters, digits and . _ -")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"`time_zone` is {self.time_zone!r}: write one as America/Chicago") from None
