"""A model's card for people: what a file held cannot end a cell of it, or begin an element."""

from msgspec.structs import replace

from app.scoring.card import Decile, ModelCard, SliceFigures, read_card
from tests.hostile import TEMPLATE, hostile
from tests.service import MODELS
from training.conversion.page import markdown

SLICE = SliceFigures(
    field="tier", value="a|b\nc", rows=9, converted=0.1, predicted=0.1, predicted_over_observed=None, auc=None
)


def card() -> ModelCard:
    return read_card(MODELS / "solar" / "0001")


def test_the_shipped_card_is_the_page_of_its_model() -> None:
    shipped = (MODELS / "solar" / "0001" / "card.md").read_text(encoding="utf-8")
    assert [line for line in markdown(card()).splitlines() if line] == [line for line in shipped.splitlines() if line]


def test_a_value_with_a_pipe_or_a_new_line_stays_in_its_cell() -> None:
    page = markdown(replace(card(), by_value=(SLICE,)))
    assert "| tier | a\\|b c | 9 | 0.100 | 0.100 |  |  |" in page


def test_what_is_not_known_of_a_tenth_is_left_empty() -> None:
    page = markdown(replace(card(), deciles=(Decile(predicted=0.1, observed=0.2),)))
    assert "| 1 | 0.100 | 0.200 |  |" in page


def test_names_and_values_of_a_file_are_text_in_it() -> None:
    # The page looks up what the specification holds by its keys.
    page = markdown(hostile(card(), keep=("spec",)))
    assert "<script" not in page
    assert "<img" not in page
    assert page.count(TEMPLATE) >= 40
