"""Templates: found by their path, strict about what they are given, plain in what they say."""

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from app.http.pages.sandbox_page import sandbox_page
from app.pages.document import document, policy
from tests.build import catalogue
from tests.table import each_row
from tests.words import unplain

ROOT = Path(__file__).parents[3]
TEMPLATES = [path for package in ("app", "training") for path in (ROOT / package).rglob("*.html")]


def test_a_template_that_lacks_a_value_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError, match="'info' is undefined"):
        document("app/http/pages/schema_page.html", routes=(), schemas={})


def test_the_policy_of_a_live_page_allows_its_own_script_alone() -> None:
    page = sandbox_page(catalogue(), [], 0, "http://127.0.0.1:8000")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for directive, text in (("script-src", script), ("style-src", style)):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in unescape(page)
    assert "unsafe" not in policy(live=True)
    assert "script-src" not in policy()


@each_row("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_makes_markup_of_a_value_or_uses_a_word_that_has_a_plainer_one(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"\|\s*safe|Markup|autoescape", text)
    assert unplain(text) == {}
