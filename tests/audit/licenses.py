"""Which licenses the parts of leadbid may have, and who has another."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU"}
    | {"PSF-2.0", "Python-2.0", "Unlicense", "Zlib"}
)
BY_FILE = frozenset({"MPL-2.0"})
"""Binds whoever changes its own files, which we do not."""
BY_LINKING = frozenset({"LGPL-3.0-only", "LGPL-3.0-or-later"})
"""Taken since Python loads it as a package of its own, which anybody may replace."""

CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
"""What packages write that say it in the former way."""

READ = {"axe-playwright-python": "MIT", "protobuf": "BSD-3-Clause", "rich-click": "MIT"}
"""Packages whose metadata names none, by what somebody has read in the file of their license."""

_ALLOWED = PERMISSIVE | BY_FILE | BY_LINKING
_INNERMOST = re.compile(r"\(([^()]*)\)")


def complete(component: dict[str, Any]) -> dict[str, Any]:
    """A component of an SBOM, with the license that was read for it where it names none."""
    known = READ.get(component["name"])
    if component.get("licenses") or known is None:
        return component
    return component | {"licenses": [{"license": {"id": known, "acknowledgement": "concluded"}}]}


def refused(components: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Each component with a license that is not taken, or with none."""
    for component in components:
        names = list(_names(component))
        if not names or not all(map(allowed, names)):
            yield f"{component['name']} {component['version']}: {', '.join(names) or 'names no license'}"


def allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a way that is taken: one side of each OR, both of each AND."""
    expression = CLASSIFIERS.get(expression, expression)
    while inner := _INNERMOST.search(expression):
        verdict = "MIT" if allowed(inner[1]) else "refused"
        expression = expression[: inner.start()] + verdict + expression[inner.end() :]
    return any(
        all(term.strip() in _ALLOWED for term in re.split(r"\s+AND\s+", choice))
        for choice in re.split(r"\s+OR\s+", expression)
    )


def _names(component: dict[str, Any]) -> Iterator[str]:
    """A package that says it twice, by expression and by classifier, must be taken by either."""
    for entry in component.get("licenses", ()):
        license_ = entry.get("license", {})
        yield entry.get("expression") or license_.get("id") or license_["name"]
