"""How we authenticate at a destination: the configuration only refers to secrets, as `env:NAME` or `file:PATH`."""

import base64
import re

import msgspec

SECRET_SCHEMES = ("env:", "file:")
_STANDARD = str.maketrans("-_", "+/")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class _Auth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """One way; its table says which with `type`."""


class NoAuth(_Auth, frozen=True, kw_only=True, tag="none"):
    """The address itself is the secret, as with most hooks."""


class BearerAuth(_Auth, frozen=True, kw_only=True, tag="bearer"):
    """`Authorization: Bearer ...`."""

    token: str

    def __post_init__(self) -> None:
        _require_secret("token", self.token)


class BasicAuth(_Auth, frozen=True, kw_only=True, tag="basic"):
    """`Authorization: Basic ...`. Some CRMs take their key as the user and want no password."""

    user: str
    password: str = ""

    def __post_init__(self) -> None:
        if self.password or not is_secret(self.user):
            _require_secret("password", self.password)


class HeaderAuth(_Auth, frozen=True, kw_only=True, tag="header"):
    """A secret in a header of its own."""

    name: str
    value: str

    def __post_init__(self) -> None:
        require_header(self.name)
        _require_secret("value", self.value)


class QueryAuth(_Auth, frozen=True, kw_only=True, tag="query"):
    """A secret as a parameter of the query string."""

    name: str
    value: str

    def __post_init__(self) -> None:
        _require_secret("value", self.value)


class StandardWebhooksAuth(_Auth, frozen=True, kw_only=True, tag="standard_webhooks"):
    """Signed with every secret, so that a receiver may move from the old one to the new one in its own time."""

    secrets: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.secrets:
            raise ValueError("`secrets` is empty: name at least one, such as `env:CRM_WEBHOOK_SECRET`")
        for secret in self.secrets:
            _require_secret("secrets", secret)


class OAuth2Auth(_Auth, frozen=True, kw_only=True, tag="oauth2"):
    """An access token of `token_url`, by client credentials or, where one is given, by a refresh token (RFC 6749).

    It is kept until it expires. `scheme` is the word before it in `Authorization`.
    """

    token_url: str
    client_id: str
    client_secret: str
    refresh_token: str = ""
    scope: str = ""
    scheme: str = "Bearer"

    def __post_init__(self) -> None:
        _require_secret("client_secret", self.client_secret)
        if self.refresh_token:
            _require_secret("refresh_token", self.refresh_token)
        require_header("authorization", self.scheme)


Auth = NoAuth | BearerAuth | BasicAuth | HeaderAuth | QueryAuth | StandardWebhooksAuth | OAuth2Auth


def is_secret(text: str) -> bool:
    """Whether the text is a reference to a secret rather than a value."""
    return text.startswith(SECRET_SCHEMES)


def auth_references(auth: Auth) -> tuple[str, ...]:
    """The references of these credentials."""
    if isinstance(auth, StandardWebhooksAuth):
        return auth.secrets
    return tuple(text for name in auth.__struct_fields__ if is_secret(text := getattr(auth, name)))


def require_header(name: str, value: str = "") -> None:
    """Refuse what cannot travel as a header."""
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a header")
    if not is_plain(value):
        raise ValueError(f"header `{name}` must be one line of printable ASCII")


def is_plain(text: str) -> bool:
    """Whether the text is one line of printable ASCII."""
    return text.isascii() and text.isprintable()


def signing_key(secret: str) -> bytes | None:
    """The 24 to 64 bytes behind a Standard Webhooks secret; `None` where it has none.

    It is base64 in either alphabet, padded or not, broken into lines or not, with or without `whsec_`.
    """
    body = "".join(secret.split()).removeprefix("whsec_").rstrip("=").translate(_STANDARD)
    try:
        # Padded to the letter: too much of it is refused by some versions of Python.
        key = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except ValueError:
        return None
    return key if 24 <= len(key) <= 64 else None


def _require_secret(name: str, text: str) -> None:
    if not is_secret(text):
        raise ValueError(
            f"`{name}` must be a reference, `env:NAME` or `file:PATH`: secrets must not be written in the file"
        )
