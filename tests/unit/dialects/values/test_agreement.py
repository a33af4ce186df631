"""Whether a consumer agreed, and to what."""

from app.dialects.text import Scalar
from app.dialects.values.agreement import CONSENT_TEXT_MAX, agreement, consent_text, is_consent_text
from app.dialects.values.kinds import Noted, Trouble
from tests.table import each_row

TEXT = "By clicking Submit I agree that Bright Roofs may call me about solar."


@each_row(
    "raw",
    [
        True,
        1,
        "yes",
        "on",
        "Yes, I agree",
        "I Agree.",
        "checked",
        "Opt-In",
        "accepted",
        TEXT,
        "2026-11-20T10:00:00Z",
        1795965575,
    ],
)
def test_a_consumer_agrees_in_a_word_or_with_the_text(raw: Scalar) -> None:
    assert agreement(raw) is True


@each_row("raw", [False, "no", "0", "I do not agree", "No, I don't", "unchecked", "Opt-Out", "revoked"])
def test_a_no_is_a_no(raw: Scalar) -> None:
    assert agreement(raw) is False


@each_row("raw", ["maybe", "I do not want any of you to call me about this", "see above"])
def test_what_is_neither_is_in_trouble(raw: str) -> None:
    assert agreement(raw) == Trouble("yes or no")


def test_a_text_has_several_words_and_begins_with_no_no() -> None:
    assert is_consent_text(TEXT)
    assert not is_consent_text("I agree")
    assert not is_consent_text("I do not agree that Bright Roofs may call me")


def test_a_text_is_kept_as_shown_and_cut_where_it_is_too_long() -> None:
    assert consent_text(TEXT.replace(" ", "&nbsp;")) == TEXT
    assert consent_text("N/A") is None
    long = consent_text("call me " * 9_000)
    assert isinstance(long, Noted)
    assert len(str(long.value)) == CONSENT_TEXT_MAX
