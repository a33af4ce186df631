"""A real browser for tests of pages: what it makes of one, and what it has to say about it.

There is one in each worker, since it takes longer to start than to look at a dozen pages.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, TypeVar

import pytest
from playwright import sync_api
from playwright.sync_api import Page, Playwright, sync_playwright

T = TypeVar("T")
Scheme = Literal["light", "dark"]

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

BIDDER, PHONE = 1280, 390
"""Screens on which a page is looked at, by their width in pixels."""

HEIGHT = 900

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


class Browser:
    """A browser in a thread of its own: Playwright keeps a loop, and no other may run in its thread."""

    def __init__(self, program: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._playwright, self._browser = self._thread.submit(_started, program).result()

    def close(self) -> None:
        """End it."""
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._playwright.stop).result()
        self._thread.shutdown()

    def browse(self, url: str, width: int, later_ms: int = 0) -> tuple[str, list[str]]:
        """The document as it is held once it is loaded, or so much later, and what was written to the console."""

        def looked(page: Page) -> str:
            if later_ms:
                page.clock.install()
            page.goto(url)
            if later_ms:
                page.clock.run_for(later_ms)
                # What scripts ask for meanwhile is answered in real time.
                page.wait_for_timeout(300)
            return page.content()

        return self._look(width, "light", looked)

    def browse_each(
        self, pages: Sequence[tuple[str, int]], script: str, scheme: Scheme = "light"
    ) -> tuple[list[Any], list[str]]:
        """What `script` makes of each page, whose document it has as `page`, on a screen of its width; the console."""

        def looked(page: Page) -> list[Any]:
            seen = []
            for text, width in pages:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                # Or what scripts of the page before declared would still be there.
                page.goto("about:blank")
                page.set_content(text)
                seen.append(page.evaluate(f"() => {{ const page = document; {script} }}"))
            return seen

        return self._look(BIDDER, scheme, looked)

    def printed(self, text: str) -> bytes:
        """This page as a PDF."""

        def looked(page: Page) -> bytes:
            page.set_content(text)
            return page.pdf()

        return self._look(BIDDER, "light", looked)[0]

    def _look(self, width: int, scheme: Scheme, looked: Callable[[Page], T]) -> tuple[T, list[str]]:
        said: list[str] = []

        def in_thread() -> T:
            with self._browser.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme) as page:
                page.on("console", lambda message: said.append(message.text))
                page.on("pageerror", lambda error: said.append(error.message))
                return looked(page)

        return self._thread.submit(in_thread).result(), said


def _started(program: str) -> tuple[Playwright, sync_api.Browser]:
    playwright = sync_playwright().start()
    # Scroll bars take their place, as people have them.
    chromium = playwright.chromium.launch(
        executable_path=program, args=FLAGS, ignore_default_args=["--hide-scrollbars"]
    )
    return playwright, chromium


def assert_as_wide_as_the_screen(browser: Browser, pages: Sequence[str]) -> None:
    """Nothing on these pages is wider than the screen, with all that folds unfolded, and none of them complains."""
    screens = [(page, width) for page in pages for width in (BIDDER, PHONE)]
    seen, console = browser.browse_each(screens, MEASURE)
    assert console == []
    assert [width for width, _ in seen] == [width for _, width in screens]
    assert [(has, wants) for has, wants in seen if wants > has] == []
