"""A body that is no lead in any encoding, as a value that a seller can be told."""

from typing import Literal

import msgspec

from app.domain.reasons import Refusal

Encoding = Literal["json", "xml", "form", "multipart", "other"]


class UnreadableBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which encoding a body seemed to have, where it breaks, and what to do.

    `unsupported` is a content type, or with `packed` a content encoding, that is never read (HTTP 415); everything else
    is a bad request (HTTP 400).
    """

    encoding: Encoding
    remedy: str
    place: str = ""
    unsupported: bool = False
    packed: bool = False

    @property
    def refusal(self) -> Refusal:
        """The same as a seller reads it; nothing of the body is in it."""
        kind = "body" if self.encoding == "other" else f"{self.encoding} body"
        where = f" at {self.place}" if self.place else ""
        return Refusal("invalid_field", f"{kind}{where}: {self.remedy}")
