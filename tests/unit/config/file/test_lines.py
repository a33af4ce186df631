"""Every key has its line, however TOML lets it be written."""

import tomllib
from pathlib import Path
from typing import Any

from app.config.file.lines import lines_of
from app.config.file.problem import KeyPath

ODD = '''\
# a comment with = and [brackets]
plain = 1
"quoted.key" = "a # no comment"
dotted.'inner key'.last = """
two lines with = and ]
"""

[table . sub]
list = [ # [
  "a]", # ]
  { x = '}', y = [1, 2] },

]
[[many]]
a = 1979-05-27 07:32:00
[many.child]
b = """"quotes""""
[[many]]
[[many.deep]]
c = {}
d = []
'''


def paths_of(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    """Every key path of a tree."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inner for found in paths_of(one, (*path, key)))]


def test_each_key_of_odd_toml_has_the_line_where_it_stands() -> None:
    lines = lines_of(ODD)
    assert {*paths_of(tomllib.loads(ODD))} - {()} == {*lines}
    assert lines["plain",] == 2
    assert lines["quoted.key",] == 3
    assert lines["dotted", "inner key", "last"] == 4
    assert lines["table", "sub"] == 8
    assert lines["table", "sub", "list", 0] == 10
    assert lines["table", "sub", "list", 1, "y", 1] == 11
    assert lines["many",] == 14
    assert lines["many", 0, "child", "b"] == 17
    assert lines["many", 1] == 18
    assert lines["many", 1, "deep", 0, "d"] == 21


def test_each_key_of_the_demo_stands_in_the_line_that_is_told() -> None:
    text = (Path(__file__).parents[4] / "fixtures/demo/buyer.toml").read_text(encoding="utf-8")
    lines, written = lines_of(text), text.split("\n")
    paths = paths_of(tomllib.loads(text))[1:]
    assert len(paths) > 500
    for path in paths:
        assert path in lines
        if isinstance(path[-1], str):
            assert path[-1] in written[lines[path] - 1]
