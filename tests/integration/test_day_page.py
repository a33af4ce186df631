"""The page of a day as a browser shows it: on a bidder and on a phone, by day and by night."""

import re

import pytest

from app.cli.day.page import page
from tests.browser import BIDDER, PHONE, Browser, Scheme
from tests.trading_day import trading_day

# What is drawn in each plot must be seen: something of everything, and no label far outside of its figure.
LOOK = """
  const seen = page.defaultView;
  const plots = [...page.querySelectorAll("figure svg")].map((svg) => {
    const frame = svg.getBoundingClientRect(), inside = svg.getBBox(), box = svg.viewBox.baseVal;
    return {
      name: svg.getAttribute("aria-label"), width: frame.width, height: frame.height,
      paths: svg.querySelectorAll("path").length, words: svg.querySelectorAll("text").length,
      spill: Math.max(-inside.x, inside.x + inside.width - box.width, -inside.y, inside.y + inside.height - box.height),
    };
  });
  const ink = (name) => seen.getComputedStyle(page.querySelector(name));
  return {
    width: seen.innerWidth, wanted: page.documentElement.scrollWidth, plots,
    paper: ink("body").backgroundColor, words: ink("body").color, drawn: ink("svg text").fill,
  };
"""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(trading_day(tmp_path_factory.mktemp("day")).story())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_plot_is_seen_on_every_screen(text: str, theme: Scheme, browser: Browser) -> None:
    screens = [(text, width) for width in (BIDDER, PHONE)]
    looks, console = browser.browse_each(screens, LOOK, theme)
    assert console == []
    for seen, (_, width) in zip(looks, screens, strict=True):
        assert seen["wanted"] <= seen["width"] == width
        assert len(seen["plots"]) == text.count("<figure>") >= 12
        for plot in seen["plots"]:
            assert min(plot["width"], plot["height"]) > 40, plot
            assert plot["paths"] > 2, plot
            assert plot["words"] > 1, plot
            assert plot["spill"] < 12, plot
        dark_paper = _brightness(seen["paper"]) < 60
        assert dark_paper is (theme == "dark")
        # Whatever is written must stand out from the paper, in the plots as beside them.
        for written in (seen["words"], seen["drawn"]):
            assert abs(_brightness(written) - _brightness(seen["paper"])) > 90


def _brightness(colour: str) -> float:
    red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue
