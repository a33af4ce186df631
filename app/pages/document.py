"""One HTML file that needs nothing from elsewhere: on a desk or a phone, light, dark or printed."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

_STYLE = Path(__file__).with_name("page.css")

Tiles = Iterable[tuple[str, str, str]]
"""Name, value and note of each figure at the top."""


def document(tab: str, title: str, introduction: str, tiles: Tiles, sections: Iterable[str]) -> str:
    """The whole page; the same parts give the same text. `tab` is what a browser names it by."""
    return "".join(
        [
            "<!doctype html><html lang=en><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width, initial-scale=1'>",
            "<meta http-equiv=Content-Security-Policy",
            """ content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">""",
            f"<title>{escape(tab)}</title><link rel=icon href='data:,'>",
            f"<style>{_STYLE.read_text(encoding='utf-8')}</style>",
            f"<header><h1>{escape(title)}</h1><p>{escape(introduction)}</p><dl>{_tiles(tiles)}</dl></header>",
            "<main>",
            *sections,
            "</main></html>",
        ]
    )


def _tiles(tiles: Tiles) -> str:
    return "".join(
        f"<div><dt>{escape(name)}<dd><b>{escape(value)}</b><span>{escape(note)}</span></div>"
        for name, value, note in tiles
    )
