"""What a request brings by name: the parts of its path, its query, and the fields of its form, each once."""

from collections.abc import Iterable
from typing import Any

from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from app.http.console.fields import Unreadable
from app.http.console.session import Opened
from app.http.console.view import NotShown

_TOO_LONG = "Nothing was done: that is more than this form takes. Send less, or a smaller file."
_NO_FORM = "Nothing was done: that cannot be read as a form. Look at the page again, then send it."


def in_address(request: Opened) -> dict[str, object]:
    """What the path and its query say. Raises Unreadable where something is said twice."""
    return _once([*request.query_params.multi_items(), *request.path_params.items()])


async def in_form(request: Opened) -> dict[str, object]:
    """The fields of a form as text, of a file its bytes, and the parts of its path. Raises NotShown, Unreadable."""
    try:
        form = (await request.form()).multi_items()
    except HTTPException as refusal:
        # The limit of parts is told as 400, that of bytes as 413.
        is_long = refusal.status_code == 413 or "Too Large" in refusal.detail
        raise NotShown(_TOO_LONG if is_long else _NO_FORM, 413 if is_long else 400) from None
    except (LookupError, ValueError):
        # A part names a charset that there is not, or is not written in its own.
        raise NotShown(_NO_FORM, 400) from None
    return _once([*[(name, await _value(value)) for name, value in form], *request.path_params.items()])


def _once(items: Iterable[tuple[str, Any]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in items:
        if name in found:
            raise Unreadable(f"{name[:40]}: say it once")
        found[name] = value
    return found


async def _value(value: object) -> object:
    return await value.read() if isinstance(value, UploadFile) else value
