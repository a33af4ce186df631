"""One HTML file that needs nothing from elsewhere: on a bidder or a phone, light, dark or printed."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from pathlib import Path

_STYLE = Path(__file__).with_name("page.css")
_SCRIPT = Path(__file__).with_name("live.js")

Tiles = Iterable[tuple[str, str, str]]
"""Name, value and note of each figure at the top."""


def document(
    tab: str, title: str, introduction: str, tiles: Tiles, sections: Iterable[str], *, live: bool = False
) -> str:
    """The whole page; the same parts give the same text. `tab` is what a browser names it by.

    Parts of a `live` page change while it is looked at: those with an id and the attribute `data-live`.
    """
    script = _SCRIPT.read_text(encoding="utf-8") if live else ""
    scripts = f"; connect-src 'self'; script-src 'sha256-{_sha256(script)}'" if live else ""
    return "".join(
        [
            "<!doctype html><html lang=en><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width, initial-scale=1'>",
            "<meta http-equiv=Content-Security-Policy",
            f""" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:{scripts}">""",
            f"<title>{escape(tab)}</title><link rel=icon href='data:,'>",
            f"<style>{_STYLE.read_text(encoding='utf-8')}</style>",
            f"<header><h1>{escape(title)}</h1><p>{escape(introduction)}</p><dl>{_tiles(tiles)}</dl></header>",
            "<main>",
            *sections,
            "</main>",
            f"<script>{script}</script>" if live else "",
            "</html>",
        ]
    )


def _sha256(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def _tiles(tiles: Tiles) -> str:
    return "".join(
        f"<div><dt>{escape(name)}<dd><b>{escape(value)}</b><span>{escape(note)}</span></div>"
        for name, value, note in tiles
    )
