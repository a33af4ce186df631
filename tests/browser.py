"""A real browser for tests of pages: what it makes of one, and what it has to say about it."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

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

# A window is never narrower than 500 pixels, a frame may be: a script in the outer page tells what it sees in each.
FRAMES = """<!doctype html><title>loading</title>
{frames}
<script>
const look = (page) => {{
  {script}
}};
addEventListener("load", () => {{
  const pages = [...document.querySelectorAll("iframe")].map((each) => each.contentDocument);
  document.title = JSON.stringify(pages.map(look));
}});
</script>"""
FRAME = '<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{page}"></iframe>'

BIDDER, PHONE = 1280, 390
"""Screens on which a page is looked at, by their width in pixels."""

MEASURE = """
  for (const details of page.querySelectorAll("details")) details.open = true;
  return [page.defaultView.innerWidth, page.documentElement.scrollWidth];
"""


def find_browser() -> str:
    """The browser of this machine; without one the test is skipped, in CI it fails."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    missing = "no Chromium found: install it to see the page as people do"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def browse(browser: str, url: str, width: int, folder: Path, *flags: str) -> tuple[str, list[str]]:
    """The document as the browser holds it once loaded, and what it wrote to its console."""
    window = [f"--window-size={width},900", f"--user-data-dir={folder / 'profile'}"]
    shown = subprocess.run(
        [browser, *FLAGS, *flags, *window, "--dump-dom", url], capture_output=True, text=True, timeout=60, check=True
    )
    return shown.stdout, [line for line in shown.stderr.splitlines() if "CONSOLE" in line]


def browse_framed(
    browser: str, pages: Sequence[tuple[str, int]], script: str, folder: Path, *flags: str
) -> tuple[list[Any], list[str]]:
    """What `script` returns of each page, whose document it has as `page`, in a frame of its width; and the console.

    All of them are shown at once: to start the browser costs more than to look at some pages more.
    """
    frames = "\n".join([FRAME.format(width=width, page=escape(page)) for page, width in pages])
    framed = folder / "framed.html"
    framed.write_text(FRAMES.format(frames=frames, script=script), encoding="utf-8")
    dom, console = browse(browser, framed.as_uri(), BIDDER, folder, *flags)
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title is not None
    seen: list[Any] = json.loads(unescape(title[1]))
    return seen, console


def assert_as_wide_as_the_screen(browser: str, pages: Sequence[str], folder: Path) -> None:
    """Nothing on these pages is wider than the screen, with all that folds unfolded, and none of them complains."""
    screens = [(page, width) for page in pages for width in (BIDDER, PHONE)]
    seen, console = browse_framed(browser, screens, MEASURE, folder)
    assert console == []
    assert [width for width, _ in seen] == [width for _, width in screens]
    assert [(has, wants) for has, wants in seen if wants > has] == []
