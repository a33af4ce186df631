"""The page at /schema as a browser shows it, on a desk and on a phone."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import escape
from pathlib import Path

import httpx
import pytest

from tests.service import DEMO_CONFIG, Service, serve

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
]
WIDTHS = {"desk": 1280, "phone": 390}

# A window is never narrower than 500 pixels, a frame may be: it tells its own width and the one the page wants.
FRAMED = """<!doctype html><title>loading</title>
<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{page}"></iframe>
<script>
addEventListener("load", () => {{
  const page = document.querySelector("iframe").contentDocument;
  for (const details of page.querySelectorAll("details")) details.open = true;
  document.title = page.defaultView.innerWidth + " " + page.documentElement.scrollWidth;
}});
</script>"""


@pytest.fixture(scope="module")
def browser() -> str:
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    missing = "no Chromium found: install it to see the page as people do"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(DEMO_CONFIG, tmp_path_factory.mktemp("schema")) as service:
        yield service


@pytest.mark.parametrize("screen", WIDTHS)
def test_the_page_shows_every_door_without_an_error(
    browser: str, service: Service, screen: str, tmp_path: Path
) -> None:
    dom, console = browse(browser, f"{service.url}/schema", screen, tmp_path)
    assert console == []
    for _, path in service.application.doors:
        assert f"<code>{path}</code>" in dom
    assert '"price": 12.50,' in dom
    assert "<td><code>outside_territory</code></td>" in dom
    targets = set(re.findall(r'href="#(\w+)"', dom))
    assert targets
    assert targets <= set(re.findall(r'id="(\w+)"', dom))


@pytest.mark.parametrize("screen", WIDTHS)
def test_nothing_on_the_page_is_wider_than_the_screen(
    browser: str, service: Service, screen: str, tmp_path: Path
) -> None:
    page = httpx.get(f"{service.url}/schema", trust_env=False).text
    framed = tmp_path / "framed.html"
    framed.write_text(FRAMED.format(width=WIDTHS[screen], page=escape(page)))
    dom, console = browse(browser, framed.as_uri(), screen, tmp_path)
    assert console == []
    found = re.search(r"<title>(\d+) (\d+)</title>", dom)
    assert found is not None
    assert int(found[2]) <= int(found[1]) == WIDTHS[screen]


def test_the_page_needs_nothing_from_elsewhere(service: Service) -> None:
    page = httpx.get(f"{service.url}/schema", trust_env=False)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.findall(r"(?:src|href)='?(?:https?:)?//", page.text)


def browse(browser: str, url: str, screen: str, folder: Path) -> tuple[str, list[str]]:
    """The document as the browser holds it once loaded, and what it wrote to its console."""
    window = [f"--window-size={WIDTHS[screen]},900", f"--user-data-dir={folder / 'profile'}"]
    shown = subprocess.run(
        [browser, *FLAGS, *window, "--dump-dom", url], capture_output=True, text=True, timeout=60, check=True
    )
    return shown.stdout, [line for line in shown.stderr.splitlines() if "CONSOLE" in line]
