"""A new key for a seller or an operator."""

import base64
from collections.abc import Callable

_KEY_BYTES = 25


def new_key(chance: Callable[[int], bytes]) -> str:
    """200 random bits, in letters and digits that no form, query or shell changes."""
    return base64.b32encode(chance(_KEY_BYTES)).decode().lower()
