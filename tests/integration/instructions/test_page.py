"""The page of instructions as a browser shows it: on a bidder, on a phone, printed, by keyboard."""

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from app.instructions.handbook import Handbook, handbook_of
from app.instructions.markdown import markdown
from app.instructions.outline import outline_of
from app.instructions.page import page
from app.platforms.known import PLATFORMS
from tests.browser import BIDDER, PHONE, Browser, assert_as_wide_as_the_screen
from tests.sellers import catalogue_of
from tests.service import Service

SELLERS = ["generic", "boberdoo", "legs", "px"]

# Each text that is to be copied has its button, the card of the platform stands open, and no table is cut.
LAYOUT = """
  const cut = [...page.querySelectorAll(".table")].filter((each) => each.scrollWidth > each.clientWidth + 1);
  const texts = page.querySelectorAll("[data-copy]").length, buttons = page.querySelectorAll("button.copy").length;
  const open = page.querySelectorAll("#card table").length;
  const folded = page.querySelectorAll("details:not([open])").length;
  return [cut.length, texts === buttons && texts, open, folded];
"""
# Every link and every part that scrolls takes the focus, and shows that it has it.
FOCUS = """
  const targets = [...page.querySelectorAll("a[href], [tabindex], button, summary")]
    .filter((each) => each.checkVisibility());
  const reached = targets.filter((each) => { each.focus(); return page.activeElement === each && each.tabIndex >= 0; });
  return [targets.length, reached.length];
"""


def html_of(http: httpx.Client, seller: str) -> str:
    return http.get(f"/sellers/{seller}/instructions", headers={"X-API-Key": "demo-operator-key"}).text


def book_of(service: Service, seller: str) -> Handbook:
    catalogue = catalogue_of(service)
    return handbook_of(catalogue, catalogue.sellers[seller], service.url)


def test_nothing_on_the_page_is_wider_than_the_screen(browser: Browser, http: httpx.Client) -> None:
    assert_as_wide_as_the_screen(browser, [html_of(http, seller) for seller in SELLERS])


def test_the_page_shows_all_of_the_value_without_an_error(
    browser: Browser, http: httpx.Client, service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(html_of(http, "boberdoo"), encoding="utf-8")
    dom, console = browser.browse(file.as_uri(), BIDDER)
    assert console == []
    shown = unescape(re.sub(r"<[^>]+>", "", dom))
    book = book_of(service, "boberdoo")
    for sample in book.samples:
        assert sample.request.body in shown
        assert sample.answer.body in shown
    for sheet in book.sheets:
        assert all(row.sent_as in shown for row in sheet.rows)
    for card in book.cards:
        assert all(text in shown for _, text in card.lines)
    assert all(zip_code in shown for test in book.tests for zip_code in test.zips)
    assert all(reason.code in shown for reason in book.reasons)
    targets = set(re.findall(r'href="#([\w-]+)"', dom))
    assert targets
    assert targets <= set(re.findall(r'id="([\w-]+)"', dom))


def test_no_column_is_cut_and_what_is_typed_in_can_be_copied(browser: Browser, http: httpx.Client) -> None:
    page = html_of(http, "boberdoo")
    looks, console = browser.browse_each([(page, BIDDER), (page, PHONE)], LAYOUT)
    assert console == []
    for cut, texts, open_, folded in looks:
        assert (cut, open_, folded) == (0, 1, len([each for each in PLATFORMS.values() if each.form]) - 1)
        assert texts > 100


def test_the_card_of_a_sellers_own_platform_comes_before_the_fields(service: Service) -> None:
    names = [chapter.name for chapter in outline_of(book_of(service, "leadconduit"))]
    assert names[:3] == ["terms", "card", "fields"]
    assert "card" not in [chapter.name for chapter in outline_of(book_of(service, "generic"))]


def test_the_keyboard_reaches_every_link_and_every_table(browser: Browser, http: httpx.Client) -> None:
    ((targets, reached),), _ = browser.browse_each([(html_of(http, "generic"), PHONE)], FOCUS)
    assert targets == reached > 20


def test_the_page_can_be_printed(browser: Browser, http: httpx.Client) -> None:
    text = html_of(http, "generic")
    assert browser.printed(text).startswith(b"%PDF")
    assert "@media print" in text


@pytest.mark.parametrize("seller", SELLERS)
def test_the_page_needs_nothing_from_elsewhere(http: httpx.Client, seller: str) -> None:
    text = html_of(http, seller)
    assert not re.findall(r"(?:src|href)='?(?:https?:)?//", text)
    assert re.findall(r"<script[^>]*>", text) == ["<script>"]


@pytest.mark.parametrize("seller", SELLERS)
def test_the_same_value_gives_the_same_page_and_the_same_markdown(service: Service, seller: str) -> None:
    one, other = book_of(service, seller), book_of(service, seller)
    assert page(one, {}) == page(other, {})
    assert markdown(one, {}) == markdown(other, {})


@pytest.mark.parametrize("seller", SELLERS)
def test_the_markdown_holds_what_the_page_does(service: Service, seller: str) -> None:
    book = book_of(service, seller)
    text, html = markdown(book, {"JSON Schema": "schema.json"}), unescape(re.sub(r"<[^>]+>", "", page(book, {})))
    assert "[JSON Schema](schema.json)" in text
    for sample in book.samples:
        assert sample.answer.body in text
        assert sample.answer.body in html
    for line in text.splitlines():
        assert not line.startswith("|") or line.endswith("|")


def test_a_paused_seller_is_told_so(service: Service) -> None:
    book = book_of(service, "paused")
    assert "Buying from you is paused" in page(book, {})
    assert "Buying from you is paused" not in page(book_of(service, "generic"), {})
