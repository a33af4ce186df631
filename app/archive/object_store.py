"""A place in an object store, or a folder that is used as one; the one endpoint to obstore, which an extra brings."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from os import environ
from pathlib import Path
from typing import Any

from app.private_files import private_umask

SCHEMES = ("s3", "gs", "az")
_RETRIES: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
_CREDENTIALS = "check the credentials in the environment (AWS_..., GOOGLE_... or AZURE_...), and what they may do there"


class ArchiveError(Exception):
    """It cannot be read or written; the text says what to do."""


class ObjectStore:
    """The objects below one URL. Every method raises ArchiveError; none leaves half an object."""

    def __init__(self, url: str) -> None:
        """ArchiveError where the URL is none of an object store, or obstore is missing."""
        try:
            import obstore  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise ArchiveError("object stores need obstore: pip install 'leadbid[archive]'") from None
        self.url = url
        self._obstore = obstore
        self._store = _opened(url)

    def read(self, name: str) -> bytes | None:
        """An object, None where there is none of this name."""
        with suppress(FileNotFoundError), self._telling():
            return bytes(self._obstore.get(self._store, name).bytes())
        return None

    def write(self, name: str, content: bytes | Path) -> None:
        """Put an object in the place of what had this name."""
        with self._telling(), private_umask():
            self._obstore.put(self._store, name, content)

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone is removed."""
        with suppress(FileNotFoundError), self._telling():
            self._obstore.delete(self._store, name)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Whatever goes wrong is told as an ArchiveError, but that there is no such object."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (self._obstore.exceptions.BaseError, OSError) as error:
            raise ArchiveError(_told(self.url, error)) from None


def _opened(url: str) -> Any:
    from obstore.exceptions import BaseError  # noqa: PLC0415 - as above
    from obstore.store import LocalStore, from_url  # noqa: PLC0415 - as above

    scheme, _, rest = url.partition("://")
    is_folder = url.startswith(("/", "./", "../"))
    if not is_folder and (scheme not in SCHEMES or not rest.strip("/")):
        raise ArchiveError(
            f"{url!r} is no object store: name one as s3://BUCKET/FOLDER, gs://... or az://..., or a folder as ./FOLDER"
        )
    try:
        if is_folder:
            with private_umask():
                return LocalStore(Path(url).absolute(), mkdir=True)
        # A store of one's own may have no TLS; that is said by its address and not by default.
        plain = environ.get("AWS_ENDPOINT_URL", environ.get("AWS_ENDPOINT", "")).startswith("http://")
        return from_url(url, client_options={"timeout": "60s", "allow_http": plain}, retry_config=_RETRIES)
    except (BaseError, OSError, ValueError) as error:
        raise ArchiveError(_told(url, error)) from None


def _told(url: str, error: Exception) -> str:
    """The first line: the rest is for whoever wrote obstore, and may hold what was sent."""
    name = type(error).__name__
    if name in ("PermissionDeniedError", "UnauthenticatedError", "PermissionError"):
        return f"{url}: access is refused: {_CREDENTIALS}"
    reason = str(error).partition("\n")[0].strip() or name
    return f"{url}: {reason[:300]}"
