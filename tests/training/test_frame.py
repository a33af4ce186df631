"""What cannot be done is a sentence and exit status 2, whichever command was asked."""

from pathlib import Path

import pytest

from training.main import main

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["train", "--data", "leads.csv"], "--data needs --spec"),
        (["describe", "--data", "nowhere.csv", "--label", "sold"], "nowhere.csv does not exist"),
        (["dataset", "--out", "here"], "say where the journal is"),
        (["retrain"], "say where the journal is"),
        (["drift", "--data", "nowhere"], "nowhere holds no dataset"),
        (["drift", "--data", __file__], "is a file: this reads a service's own bids"),
        (["evaluate", "--vertical", "boats"], "no live version of boats"),
        (["landscape", "--data", "nowhere", "--vertical", "boats"], "nowhere"),
        (["replay"], "say where the journal is"),
    ],
)
def test_a_refusal_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, words: list[str], says: str
) -> None:
    config = Path(__file__).parents[2] / "fixtures" / "demo"
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures" / "demo").symlink_to(config)
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert (told.out, len(told.err.strip().splitlines())) == ("", 1)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "7w"])
def test_a_moment_that_cannot_be_read_is_explained(tmp_path: Path, capsys: Capture, text: str) -> None:
    with pytest.raises(SystemExit):
        main(["dataset", "--out", str(tmp_path), "--since", text])
    assert "write 2026-11-21, 2026-11-21T10:00Z, or 30m, 12h, 7d" in capsys.readouterr().err
