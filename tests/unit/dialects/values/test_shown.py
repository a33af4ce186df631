"""What a browser would show of texts and names."""

import pytest

from app.dialects.values.shown import shown, shown_name


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Harbor&nbsp;Lead&nbsp;Partners may call", "Harbor Lead Partners may call"),
        ("Harbor&amp;nbsp;Lead", "Harbor Lead"),
        ("By%20clicking%20I%20agree", "By clicking I agree"),
        ("By+clicking+I+agree", "By clicking I agree"),
        ("By%2520clicking", "By clicking"),
        ("<p>By <b>clicking</b><br/>I</p>", "By clicking I"),
        ("Bri\u00adght Ro\u200bofs", "Bright Roofs"),
        ("a\u00a0b\u2003c\nd", "a b c d"),
        ("<style>x</style>y<script>evil", "y"),
        ("<!-- Bright Roofs -->text", "text"),
        ('By clicking\\nI press \\"Go\\"', 'By clicking I press "Go"'),
        ("save 20% &amp; 50% now", "save 20% & 50% now"),
        ("a < b and c > d", "a < b and c > d"),
        ("AT&T and 1+1+1=3", "AT&T and 1+1+1=3"),
        ("100%ff", "100%ff"),
        ("日本 &#26085;", "日本 日"),
    ],
)
def test_a_text_is_what_a_browser_shows(text: str, seen: str) -> None:
    assert shown(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("O&#039;Brien", "O'Brien"),
        ("O&apos;Brien", "O'Brien"),
        ("O\\'Brien", "O'Brien"),
        ("O\\\\'Brien", "O'Brien"),
        ("O%27Brien", "O'Brien"),
        ("Mar%C3%ADa", "María"),
        ("Mar\\u00eda", "María"),
        ("Mary+Ann", "Mary Ann"),
        ("अनि\u200dता", "अनि\u200dता"),
        ("&lt;b&gt;Lee", "<b>Lee"),
        (42, "42"),
        (None, ""),
    ],
)
def test_a_name_is_what_a_browser_shows_and_keeps_what_no_name_has(text: str, seen: str) -> None:
    assert shown_name(text) == seen
