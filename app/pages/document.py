"""Pages and documents from templates: text is escaped by the template engine, and nowhere else.

A template is named by its path from the folder of the package that owns it, such as "app/pages/templates/base.html".
A page is one HTML file that needs nothing from elsewhere: on a monitor or a phone, light, dark or printed.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

import msgspec
from jinja2 import Environment, FunctionLoader, StrictUndefined

from app.domain.calendar import local_text, utc_text
from app.domain.money import money
from app.pages.amounts import each, number, percent


def document(template: str, **values: object) -> str:
    """The whole text; the same values give the same text."""
    return _ENVIRONMENT.get_template(template).render(values)


@cache
def policy(*, live: bool = False, copied: bool = False, plotted: bool = False) -> str:
    """The Content-Security-Policy of a page: only its own style and, where it is live or copied from, its own script.

    The shapes of a plot have styles of their own, so that a page with plots allows any. No such page is served.
    """
    css, renews, copies = [
        f"'sha256-{_sha256(document(f'app/pages/{name}'))}'" for name in ("page.css", "live.js", "copy.js")
    ]
    style = "'unsafe-inline'" if plotted else css
    ours = f"connect-src 'self'; form-action 'self'; script-src {renews}" if live else "form-action 'none'"
    if copied:
        ours = f"form-action 'none'; script-src {copies}"
    return f"default-src 'none'; style-src {style}; img-src data:; base-uri 'none'; {ours}"


def _source(template: str) -> tuple[str, str, None]:
    """Its text, and its name for whoever reads of an error in it."""
    package, _, path = template.partition("/")
    return files(package).joinpath(path).read_text(encoding="utf-8"), template, None


def _sha256(text: str) -> str:
    """As a content security policy names a script."""
    return b64encode(sha256(text.encode()).digest()).decode()


def _json(value: object) -> str:
    """JSON on several lines; the digits of a price stay as they are."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


# A template is compiled when it is first used, and kept. An attribute that does not exist is an error, not a gap.
_ENVIRONMENT = Environment(
    autoescape=True,
    undefined=StrictUndefined,
    loader=FunctionLoader(_source),
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters |= {
    "json": _json,
    "local": local_text,
    "money": money,
    "number": number,
    "utc": utc_text,
}
_ENVIRONMENT.globals |= {"each": each, "percent": percent, "policy": policy}
