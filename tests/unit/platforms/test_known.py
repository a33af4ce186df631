"""Platforms are found by what they are, and one that could not serve is refused with its reason."""

import re
import subprocess
import sys
from pkgutil import iter_modules

import pytest
from msgspec.structs import replace

from app import platforms
from app.platforms.errors import NoPlatform
from app.platforms.known import DIALECTS, PARSERS, PLATFORMS, register
from tests.service import ROOT
from tests.table import each_row

PX = PLATFORMS["px"]
assert PX.dialect is not None


def test_every_folder_is_a_platform_of_its_name() -> None:
    assert set(PLATFORMS) == {module.name for module in iter_modules(platforms.__path__) if module.ispkg}


def test_nobody_but_the_registry_knows_a_platform() -> None:
    folders = "|".join(PLATFORMS)
    pattern = re.compile(
        rf"^from app\.platforms\.({folders})\b|^from app\.platforms import .*\b({folders})\b", re.MULTILINE
    )
    imports = {
        (path.parent.name, match[1] or match[2])
        for path in (ROOT / "app").rglob("*.py")
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    }
    # The pricing service is LeadConduit's too, and its posts are read and answered like any other flow's.
    assert {pair for pair in imports if pair[0] != pair[1]} == {("leadconduit_pricing", "leadconduit")}


def test_our_own_words_come_first_and_every_dialect_has_its_parsers() -> None:
    assert next(iter(DIALECTS)) == next(iter(PLATFORMS)) == "generic"
    assert list(DIALECTS) == list(PARSERS) == [name for name, each in PLATFORMS.items() if each.dialect is not None]


@each_row(
    ("platform", "reason"),
    [
        (PX, "there is a platform 'px' already"),
        (replace(PX, name="PX"), "cannot be named 'PX'"),
        (replace(PX, name="p/x"), "cannot be named 'p/x'"),
        (replace(PX, name="test"), "cannot be named 'test'"),
        (replace(PX, name="px2"), "the dialect of 'px2' is named 'px'"),
        (replace(PX, name="px2", dialect=replace(PX.dialect, name="px2"), parsers=None), "both a dialect and parsers"),
        (replace(PX, name="px2", dialect=None), "both a dialect and parsers"),
        ("px2", "'px2' is not an app.platforms.platform.Platform"),
    ],
)
def test_what_cannot_serve_is_refused(platform: object, reason: str) -> None:
    before = dict(PLATFORMS)
    with pytest.raises(NoPlatform, match=reason):
        register(platform)
    assert dict(PLATFORMS) == before


def test_one_that_is_registered_later_has_its_endpoints_too() -> None:
    program = """
from msgspec.structs import replace
from app.http.auction.routes import ROUTES
from app.platforms.known import PLATFORMS, register
px = PLATFORMS["px"]
register(replace(px, name="px2", dialect=replace(px.dialect, name="px2")))
print(ROUTES["/v1/px2/test/ping.json"].test, ROUTES["/v1/px2/ping"].dialect.name)
"""
    # In a process of its own: a platform stays known until its process ends.
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "True px2\n"
