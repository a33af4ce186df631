"""A real browser for tests of pages: what it makes of one, and what it has to say about it."""

import os
import shutil
import subprocess
from html import escape
from pathlib import Path

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

# A window is never narrower than 500 pixels, a frame may be: a script in the outer page tells what it sees in it.
FRAMED = """<!doctype html><title>loading</title>
<iframe style="width: {width}px; height: 900px; border: 0" srcdoc="{page}"></iframe>
<script>
addEventListener("load", () => {{
  const page = document.querySelector("iframe").contentDocument;
  {script}
}});
</script>"""


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


def browse_framed(browser: str, page: str, width: int, script: str, folder: Path, *flags: str) -> tuple[str, list[str]]:
    """As `browse`, with a page in a frame of any width; `script` has its document as `page`."""
    framed = folder / "framed.html"
    framed.write_text(FRAMED.format(width=width, page=escape(page), script=script), encoding="utf-8")
    return browse(browser, framed.as_uri(), width, folder, *flags)
