"""Every page of the console in a real browser: full and empty, at a desk and on a phone, light and dark."""

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, sync_playwright

from app.asgi import World
from app.cli.day.business_day import ENDS
from app.http.console.pages.all_views import VIEWS
from tests.browser import BIDDER, FLAGS, PHONE, find_browser
from tests.business_day import business_day, copied
from tests.console import DEMO_OPERATOR
from tests.service import DEMO_CONFIG, Service, serve

SERIOUS = ("serious", "critical")
REACHABLE = ", ".join(
    f"{each}:visible" for each in ("a[href]", "button:enabled", "input:not([type=hidden])", "select", "textarea")
)
AXE = """async (passed_over) => {
    const found = await axe.run({exclude: passed_over}, {resultTypes: ["violations"]});
    return found.violations;
}"""
OF_A_LONG_TABLE = ["tbody tr:nth-child(n + 13)"]
"""Its rows are made alike, and axe would spend a second on some pages."""

DESK, IN_THE_HAND = ("light", BIDDER), ("dark", PHONE)
IN_TURN, ON_BOTH = ((DESK,), (IN_THE_HAND,)), ((DESK, IN_THE_HAND),)
PAGES_MAX = 80
"""So many pages are looked at: one of each view, and some of what they link to."""


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        with browser.new_context(viewport={"width": BIDDER, "height": 900}) as context:
            context.set_default_timeout(20_000)
            # Once for all pages: half a megabyte.
            context.add_init_script(Axe().axe_script)
            yield context
        browser.close()


@pytest.fixture(scope="module")
def demo_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The evening after a demo's day."""
    # In a thread of its own, since the browser's loop runs in this one.
    with ThreadPoolExecutor(1) as thread:
        lived = thread.submit(business_day, tmp_path_factory).result()
    data = copied(lived, tmp_path_factory.mktemp("evening"))
    config = data / "config" / "buyer.toml"
    # An admin is shown every page.
    config.write_text(config.read_text().replace('name = "demo-ops"\n', 'name = "demo-ops"\nrole = "admin"\n'))
    began = time.time()
    with serve(config, data, world=World(clock=lambda: ENDS + time.time() - began)) as service:
        yield service


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(DEMO_CONFIG, tmp_path_factory.mktemp("empty")) as service:
        yield service


@contextmanager
def opened(context: BrowserContext, service: Service) -> Iterator[tuple[Page, list[str]]]:
    """A page in which somebody has signed in, and what the browser complains of."""
    context.clear_cookies()
    page, said = context.new_page(), []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error.message}"))
    page.goto(f"{service.url}/console/sign-in")
    for name, value in zip(("name", "secret"), DEMO_OPERATOR, strict=True):
        page.fill(f"[name={name}]", value)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{service.url}/console")
    yield page, said
    # One that stays open would follow its service through all other tests.
    page.close()


def patterns() -> dict[str, "re.Pattern[str]"]:
    """Every view by the form of its addresses."""
    return {view.path: re.compile("/console/" + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(view.path))) for view in VIEWS}


def view_of(path: str) -> str | None:
    """Whose page this is."""
    plain = path.rstrip("/") + ("/" if path.rstrip("/") == "/console" else "")
    return next((name for name, form in patterns().items() if form.fullmatch(plain)), None)


def linked(page: Page) -> list[str]:
    """The addresses of the console that a page leads to."""
    found = page.eval_on_selector_all("a[href^='/console']", "links => links.map(link => link.getAttribute('href'))")
    return [str(href) for href in found]


def walked(page: Page, service: Service) -> Iterator[str]:
    """Opens one page of each view that links lead to from the first one, however far, and tells its path."""
    waiting, seen = ["/console"], set[str]()
    while waiting and len(seen) < PAGES_MAX:
        path = waiting.pop(0)
        name = view_of(urlsplit(path).path)
        if name is None or name in seen:
            continue
        seen.add(name)
        answer = page.goto(f"{service.url}{path}")
        assert answer is not None
        assert answer.status == 200, path
        waiting += linked(page)
        yield path


def assert_sound(
    page: Page, path: str, screens: Sequence[tuple[str, int]], passed_over: Sequence[str] = OF_A_LONG_TABLE
) -> None:
    """On these screens nothing is wider than they are, nor seriously wrong to axe but for what it passes over."""
    for scheme, width in screens:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        violations: list[dict[str, Any]] = page.evaluate(AXE, passed_over)
        faults = [
            f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in violations if fault["impact"] in SERIOUS
        ]
        assert faults == [], f"{path} {scheme} {width}"
        seen = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        assert seen[1] <= seen[0], f"{path} is {seen[1]} wide on a screen of {width}"
    page.set_viewport_size({"width": BIDDER, "height": 900})
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize(
    ("screens", "passed_over"), [(IN_TURN, OF_A_LONG_TABLE), pytest.param(ON_BOTH, [], marks=pytest.mark.long)]
)
def test_every_page_of_a_day_is_sound_and_reached_by_links(
    context: BrowserContext,
    demo_day: Service,
    screens: Sequence[Sequence[tuple[str, int]]],
    passed_over: Sequence[str],
) -> None:
    with opened(context, demo_day) as (page, said):
        reached = set()
        for path, shown_on in zip(walked(page, demo_day), cycle(screens), strict=False):
            reached.add(view_of(urlsplit(path).path))
            assert_sound(page, path, shown_on, passed_over)
    assert said == []
    assert reached == {view.path for view in VIEWS}


@pytest.mark.parametrize("most", [5, pytest.param(PAGES_MAX, marks=pytest.mark.long)])
def test_every_page_is_sound_where_nothing_has_happened_yet(context: BrowserContext, empty: Service, most: int) -> None:
    with opened(context, empty) as (page, said):
        for path in islice(walked(page, empty), most):
            assert_sound(page, path, (IN_THE_HAND,))
            assert page.locator("main").inner_text().strip(), path
    assert said == []


@pytest.mark.parametrize("most", [2, pytest.param(PAGES_MAX, marks=pytest.mark.long)])
def test_all_of_a_page_is_reached_by_keyboard_and_its_focus_is_seen(
    context: BrowserContext, demo_day: Service, most: int
) -> None:
    with opened(context, demo_day) as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        for path in islice(walked(page, demo_day), most):
            wanted = page.locator(REACHABLE).count()
            page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0); window.reached = new Set()")
            for _ in range(3 * wanted + 60):
                page.keyboard.press("Tab")
                at_end = page.evaluate(
                    """() => {
                        const at = document.activeElement;
                        if (at === document.body || window.reached.has(at)) return true;
                        window.reached.add(at);
                        const style = getComputedStyle(at);
                        if (style.outlineStyle === 'none' && at.className !== 'skip') window.unseen = at.outerHTML;
                        return false;
                    }"""
                )
                if at_end:
                    break
            reached = page.evaluate(
                "[...window.reached].filter(each => each.matches('a[href], button, input, select, textarea')).length"
            )
            assert page.evaluate("window.unseen || ''") == "", path
            assert reached >= wanted, f"{path}: {reached} of {wanted} are reached"


def test_a_page_follows_the_service_and_stops_when_it_is_told_to(
    context: BrowserContext, empty: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every half second it is told that time has passed: what was counted comes to a page somewhat later than a ping.
    monkeypatch.setattr("app.http.console.stream.LOOK_S", 0.5)
    monkeypatch.setattr("app.http.console.stream.ALIVE_S", 0.5)

    def ping() -> None:
        body, headers = {"vertical": "solar", "zip": "00801"}, {"X-API-Key": "demo-acme-key"}
        httpx.post(f"{empty.url}/v1/ping", json=body, headers=headers, trust_env=False)

    with opened(context, empty) as (page, _):
        shown = page.locator("dd b").first
        before = int(shown.inner_text())
        ping()
        page.wait_for_function("before => +document.querySelector('dd b').textContent > before", arg=before)
        page.get_by_role("button", name="Pause updates").click()
        held = shown.inner_text()
        ping()
        page.wait_for_timeout(4_000)
        assert shown.inner_text() == held
