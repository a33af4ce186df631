"""What a browser would show of texts and names."""

from time import process_time

from app.dialects.values.shown import shown, shown_name
from tests.table import each_row


@each_row(
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


@each_row(
    "hidden",
    [
        '<span style="display:none">Bright Roofs</span>',
        "<span style='display: none !important'>Bright Roofs</span>",
        "<SPAN STYLE=display:none>Bright Roofs</SPAN>",
        '<div style="color:red; DISPLAY : NONE">Bright <b>Roofs</b></div>',
        '<div style="display:/**/none"><div>Bright</div> Roofs</div>',
        '<p style="visibility:hidden">Bright Roofs</p>',
        '<p style="visibility: collapse;">Bright Roofs</p>',
        "<div hidden>Bright Roofs</div>",
        '<div class="x" hidden="until-found">Bright Roofs</div>',
        '<span style="position:absolute;left:-9999px">Bright Roofs</span>',
        '<span style="position:fixed; top:-100vh">Bright Roofs</span>',
        '<span style="text-indent:-999em">Bright Roofs</span>',
        '<span style="font-size:0">Bright Roofs</span>',
        '<span style="font-size: 0px">Bright Roofs</span>',
        '<span style="font-size:.5px">Bright Roofs</span>',
        '<span style="font:0/0 a">Bright Roofs</span>',
        '<span style="opacity:0">Bright Roofs</span>',
        '<span style="opacity: 0.0;">Bright Roofs</span>',
        '<span style="color:transparent">Bright Roofs</span>',
        '<div style="height:0;overflow:hidden">Bright Roofs</div>',
        '<div style="clip: rect(0, 0, 0, 0)">Bright Roofs</div>',
        '<div style="clip-path: inset(50%)">Bright Roofs</div>',
        '<div style="transform:scale(0)">Bright Roofs</div>',
        '<span class="text sr-only">Bright Roofs</span>',
        '<span class="d-none">Bright Roofs</span>',
        "<dialog>Bright Roofs</dialog>",
        "<noscript>Bright Roofs</noscript>",
        "<title>Bright Roofs</title>",
        "<template><p>Bright Roofs</p></template>",
        "<!-- <b>Bright Roofs</b> -->",
        '<span title="a>b" style="display:none">Bright Roofs</span>',
        "&lt;span style=&quot;display:none&quot;&gt;Bright Roofs&lt;/span&gt;",
        "<span style=&quot;display:none&quot;>Bright Roofs</span>",
        '<span style=\\"display:none\\">Bright Roofs</span>',
        "%3Cspan%20style%3D%22display%3Anone%22%3EBright%20Roofs%3C%2Fspan%3E",
        "<p hidden>Bright Roofs<p>",
        "<p hidden>Bright<p hidden>Roofs</p>",
        "<ul hidden><li>Bright <ul><li>Roofs</ul></ul>",
        '<div hidden>Bright <br> Roofs <img src="x"></div>',
    ],
)
def test_what_is_hidden_in_a_text_is_not_shown(hidden: str) -> None:
    before, behind = ("%20I%20agree%20", "%20call%20") if "%20" in hidden else (" I agree ", " call ")
    assert shown(f"{before}{hidden}{behind}") == "I agree call"
    assert "Roofs" not in shown(hidden.partition("<")[0] + hidden.replace("</", "<"))


@each_row(
    "seen",
    [
        '<span style="display:inline">Bright Roofs</span>',
        '<span style="width:auto;height:auto">Bright Roofs</span>',
        '<div style="height:0">Bright Roofs</div>',
        '<span style="opacity:0.8">Bright Roofs</span>',
        '<span style="font-size:0.8em">Bright Roofs</span>',
        '<span style="font-size:10px">Bright Roofs</span>',
        '<span style="background-color:transparent">Bright Roofs</span>',
        '<span style="left:-1px">Bright Roofs</span>',
        '<a title="display:none" href="/hidden">Bright Roofs</a>',
        '<input type="hidden">Bright Roofs',
        "<span hidden>none</span>Bright Roofs",
        '<span aria-hidden="true">Bright Roofs</span>',
        "<br hidden>Bright Roofs",
        "<dialog open>Bright Roofs</dialog>",
        "<p hidden>none<p>Bright Roofs",
        '<b class="hidden-terms">Bright</b> Roofs',
        "<p>don't <b>Bright Roofs</b>",
    ],
)
def test_what_only_looks_hidden_is_shown(seen: str) -> None:
    assert "Bright Roofs" in shown(seen)


@each_row("piece", ["<a", "<a '", '<a "', "<!--", "<a style=", "<p hidden>", "</p>", "<a href='x'"])
def test_markup_without_end_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    began = process_time()
    shown(text)
    assert process_time() - began < 2.0


@each_row(
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
