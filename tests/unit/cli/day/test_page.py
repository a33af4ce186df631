"""The page of a day as text; how it looks is an integration test."""

import re
from html import unescape

import pytest
from msgspec.structs import replace

from app.cli.day.page import page
from app.cli.day.plots_by_hour import steps
from app.pages.document import policy
from app.reports.day.bins import Series
from app.reports.day.story import Story, tell
from tests.hostile import assert_harmless, hostile
from tests.trading_day import ATTEMPTS, END, START, ZONE, trading_day


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return trading_day(tmp_path_factory.mktemp("day")).story()


@pytest.fixture(scope="module")
def text(story: Story) -> str:
    return page(story)


@pytest.fixture(scope="module")
def other(story: Story) -> str:
    """The same day but for a few things: each of them alone would draw all of its plots once more."""
    (campaign,) = story.campaigns
    discounts = tuple(replace(push, cents=_all_of(push.cents, -400.0)) for push in campaign.pushes)
    barren = replace(campaign, trade=replace(campaign.trade, conversions=0), pushes=discounts)
    return page(
        replace(
            story,
            explained=(("</pre><img src=x>", "</pre><script>"),),
            reasons={"<b>&": 1},
            wins=tuple(replace(leg, learned=True) for leg in story.wins),
            campaigns=(barren,),
        )
    )


def _all_of(amounts: Series, cents: float) -> Series:
    return Series(counts=amounts.counts, totals=tuple(count * cents for count in amounts.counts))


@pytest.mark.long
def test_the_same_story_is_the_same_page_to_the_byte(story: Story, text: str) -> None:
    assert page(story) == text


def test_the_page_needs_nothing_from_elsewhere_and_no_script(text: str) -> None:
    assert "<script" not in text
    links = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')>\s]+)""", text)
    assert [link for link in links if not link.startswith(("#", "data:"))] == []
    assert f'content="{policy(plotted=True)}"' in unescape(text)


def test_key_figures_are_those_of_the_day(story: Story, text: str) -> None:
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd><b>([^<]+)", text))
    spend = story.total.spend_cents
    assert figures == {
        "Pings": "64",
        "Bids": "62",
        "Win rate": "34%",
        "Leads bought": "20",
        "Spend": f"${spend / 100:,.2f}",
        "Cost per lead": f"${spend / 2_000:,.2f}",
        "Conversions": "5",
        "Cost per conversion": f"${spend / 500:,.2f}",
        "Profit": f"${(200_000 - spend) / 100:,.2f}",
    }


def test_every_plot_says_in_words_what_it_shows_and_what_to_see_in_it(text: str) -> None:
    told = r'<figure><h3>[^<]+</h3><svg [^>]*aria-label="([^"]+)".*?</svg><figcaption>([^<]+)\.</figcaption>'
    figures = re.findall(told, text, re.DOTALL)
    assert len(figures) == text.count("<figure>") == text.count("<svg ")
    assert len({label for label, _ in figures}) == len(figures)


def test_text_of_the_day_is_text_on_the_page(text: str, other: str) -> None:
    assert "<h3>The first &lt;lead&gt;</h3>" in text
    assert "<img" not in other
    assert "<script" not in other
    assert "<b>&" not in other


def test_names_of_campaigns_reasons_and_places_are_text_everywhere(story: Story, text: str) -> None:
    # The zone must be one, and a cap is of leads or of money.
    assert_harmless(page(hostile(story, keep=("zone", "measure"))), text, times=30)


def test_no_two_things_on_the_page_have_one_name(text: str) -> None:
    names = re.findall(r' id="([^"]+)"', text)
    assert names
    assert len(set(names)) == len(names)
    assert set(re.findall(r'"(?:url\()?#(\w+)', text)) <= set(names)


def test_colours_are_those_of_the_theme(text: str) -> None:
    _, _, body = text.partition("</style>")
    assert re.findall(r"#[0-9a-fA-F]{6}\b", body) == []
    assert set(re.findall(r"var\((--\w+)\)", body)) <= set(re.findall(r"(--\w+):", text))


def test_times_are_those_of_the_buyers_clock(text: str) -> None:
    assert "<h1>Friday, November 20, 2026, simulated</h1>" in text
    assert "The busiest hour began at 08:00 CST with 6 pings" in text
    assert "afternoon added $5.00 to the value of a lead from 14:00 CST to 16:00 CST." in text
    assert "Shaded: storm from 12:00 CST to 15:00 CST, afternoon from 14:00 CST to 16:00 CST." in text


def test_an_untrained_prediction_is_called_so(text: str, other: str) -> None:
    said = (
        "34% of 61 bids were won, where 55% were predicted. The prediction is untrained: no auction has taught it yet"
    )
    assert said in text
    assert "untrained" not in other


def test_a_caption_is_of_the_day_that_was(story: Story, text: str, other: str) -> None:
    price = f"${story.total.spend_cents / 2_000:,.2f}"
    assert f"solar-tx paid most for a lead, {price}; solar-tx paid most for a conversion, " in text
    assert "; none of the leads of solar-tx converted." in other


def test_a_discount_is_drawn_as_one_and_nothing_at_all_as_nothing(story: Story, other: str) -> None:
    assert "boost afternoon, solar-tx: -$4.00</text>" in other
    (campaign,) = story.campaigns
    nothing = tuple(replace(push, cents=_all_of(push.cents, 0.0)) for push in campaign.pushes)
    assert "boost afternoon, solar-tx: +$0.00</text>" in steps(story, nothing)


def test_a_day_without_anything_is_a_page_that_says_so() -> None:
    shown = page(tell([], [], [], replace(ATTEMPTS, by_outcome={}), [], [], [], START, END, ZONE))
    for said in ("No cap was used.", "Nothing was bid.", "No demand was set for any territory.", "No lead was bought."):
        assert said in shown
    assert "Cost per lead</dt><dd><b>-</b>" in shown
