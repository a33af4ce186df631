"""`[alerts]` holds references, and what is wrong with what they stand for is said without showing it."""

from collections.abc import Callable

import pytest

from app.config.load import Declared
from app.domain.alerts.terms import AlertTerms
from tests.table import each_row

AT_END = "[[sellers]]"
Said = Callable[..., list[str]]


def table(*lines: str) -> str:
    return "\n".join(["[alerts]", *lines, "", AT_END])


def test_all_of_it_has_a_default(declared: Callable[..., Declared]) -> None:
    assert declared().alerts == AlertTerms()


def test_what_is_written_is_read(declared: Callable[..., Declared]) -> None:
    written = table(
        'to = ["env:HOOK"]', 'quiet = "22:00-07:00"', 'off = ["cap_ahead"]', 'no_wins_after = "6h"', "disk_free = 0.1"
    )
    found = declared(AT_END, written, environ={"HOOK": "https://alerts.example.com/x"})
    assert found.alerts == AlertTerms(
        to=("env:HOOK",), quiet=((1320, 420),), off=("cap_ahead",), no_wins_s=21_600.0, disk_free=0.1
    )
    assert found.secrets["env:HOOK"] == "https://alerts.example.com/x"


@each_row(
    ("lines", "hook", "said"),
    [
        (['to = ["https://alerts.example.com/token"]'], "", "secrets must not be written in the file"),
        (['to = ["env:NONE"]'], "", "the environment variable NONE is not set"),
        (['to = ["env:HOOK"]'], "https:///hidden", "it stands for no address"),
        (['to = ["env:HOOK"]'], "http://hidden.example.com/token", "without TLS"),
        (['to = ["env:HOOK"]'], "https://a.example.com/x y", "one line of printable ASCII"),
        (['webhook_secret = "env:HOOK"'], "whsec_short", "no Standard Webhooks key"),
        (['off = ["cap_ahed"]'], "", "did you mean `cap_ahead`?"),
        (['quiet = "22-7"'], "", "half of the day"),
        (['no_wins_after = "5min"'], "", 'use "1h" to "48h"'),
    ],
)
def test_what_is_wrong_is_said_and_no_address_shown(problems: Said, lines: list[str], hook: str, said: str) -> None:
    found = " ".join(problems(AT_END, table(*lines), environ={"HOOK": hook}))
    assert said in found
    assert "token" not in found or lines[0].startswith('to = ["https')
    assert not hook or hook not in found


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_chat_needs_apprise_or_an_address_that_it_can_read(problems: Said) -> None:
    (found,) = problems(AT_END, table('to = ["env:HOOK"]'), environ={"HOOK": "slack://hidden/nonsense"})
    assert "a slack address needs Apprise" in found or "Apprise cannot read this slack address" in found
    assert "hidden" not in found
