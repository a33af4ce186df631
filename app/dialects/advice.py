"""What a seller should know of a request that was understood: promised certificates, wrong types, unknown names."""

from collections.abc import Iterator, Mapping

from app.dialects.hints import hint_of
from app.dialects.layout import layout_of
from app.dialects.names import Route
from app.dialects.text import Scalar, text_of
from app.dialects.values.certificates import certificate_in
from app.domain.consent.certificate import is_placeholder
from app.domain.seller import Seller
from app.domain.vertical import Vertical

_CERTIFICATES = frozenset({"trustedform_cert_url", "trustedform_ping_url", "leadid_token"})
_NUMBERS = frozenset({"integer", "number"})


def advice_on(
    fields: Mapping[str, Scalar], seller: Seller, vertical: Vertical | None, route: Route, *, typed: bool
) -> tuple[str, ...]:
    """One sentence each; `typed` where the request could have said numbers and booleans as such (JSON)."""
    return tuple(dict.fromkeys(_advice(fields, seller, vertical, route, typed=typed)))


def _advice(
    fields: Mapping[str, Scalar], seller: Seller, vertical: Vertical | None, route: Route, *, typed: bool
) -> Iterator[str]:
    layout = layout_of(seller, vertical, route)
    names = layout.names
    types = {field.name: field.type for field in vertical.fields} if vertical is not None else {}
    for key, raw in fields.items():
        name, text = names.name_of(key), text_of(raw)
        if name is None and (hint_of(key, names.name_of) or certificate_in(raw) is not None):
            yield f"{_shown(key)}: not a known field; it counts only where its value is what its name says"
        elif name is None:
            yield f"{_shown(key)}: not a known field; it was ignored"
        elif name in _CERTIFICATES and text and is_placeholder(text):
            yield f"{_shown(key)}: a certificate that is only promised does not count"
        elif typed and isinstance(raw, str) and name in types and isinstance(layout.slots[name].read(raw), int | float):
            if types.get(name) in _NUMBERS:
                yield f"{_shown(key)}: text instead of a number; it was read as a number"
            elif types.get(name) == "boolean":
                yield f"{_shown(key)}: text instead of true or false; it was read as a boolean"


def _shown(key: str) -> str:
    return key if len(key) <= 64 and key.isprintable() else "a field with an odd name"
