"""Progress is for whoever watches."""

import io
import sys

import pytest

from app.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_each_line_takes_the_place_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    progress("1,000 lines")
    progress("")
    assert screen.getvalue() == f"\r{'1,000 lines':<76}\r\r{'':<76}\r"


def test_a_log_holds_none_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    progress("1,000 lines")
    assert capsys.readouterr() == ("", "")
