"""A small configuration that tests change, and a loader that reads it from memory."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from app.config.file.problem import Problem
from app.config.load import Declared, LoadedConfig, load

SMALL = """\
[buyer]
legal_name = "Harbor Lead Partners LLC"
brands = ["Harbor"]
time_zone = "America/New_York"

[[verticals]]
name = "solar"
consent_words = ["solar"]
fields = [
  { name = "homeowner", type = "boolean" },
  { name = "monthly_bill", type = "number", minimum = 0, maximum = 5000, aliases = ["bill"] },
  { name = "roof_shade", type = "choice", values = ["none", "some", "heavy"] },
  { name = "moved_in", type = "date" },
  { name = "remark", type = "text" },
  { name = "best_time", type = "choice", values = ["morning", "evening"], known_at_ping = false },
]

[[campaigns]]
name = "solar-tx"
vertical = "solar"
ceiling = 60
conversion_value = 900
caps = [{ limit = 100, window = "day" }]
destinations = ["crm"]

[[sellers]]
name = "acme"
key_sha256 = "1111111111111111111111111111111111111111111111111111111111111111"

[[operators]]
name = "ops"
key_sha256 = ["2222222222222222222222222222222222222222222222222222222222222222"]

[[destinations]]
name = "crm"
url = "https://crm.example.com/leads"
"""

CAMPAIGN = "ceiling = 60\n"
"""After this line a test adds keys of the campaign."""

Loading = Callable[..., LoadedConfig | tuple[Problem, ...]]


@pytest.fixture
def small() -> str:
    """The text of a configuration without problems or warnings."""
    return SMALL


@pytest.fixture
def loading() -> Loading:
    """Loads a text as `buyer.toml`, with `files` beside it and `environ` around it."""

    def load_text(
        text: str | bytes,
        files: Mapping[str, str | bytes] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> LoadedConfig | tuple[Problem, ...]:
        content = {"buyer.toml": text, **(files or {})}

        def read_file(path: Path) -> bytes:
            if str(path) not in content:
                raise FileNotFoundError(2, "No such file or directory")
            found = content[str(path)]
            return found.encode() if isinstance(found, str) else found

        return load(Path("buyer.toml"), environ=environ or {}, read_file=read_file)

    return load_text


@pytest.fixture
def loaded(small: str, loading: Loading) -> Callable[..., LoadedConfig]:
    """The small configuration with a change: `old` text becomes `new`."""

    def of(old: str = "", new: str = "", **around: Mapping[str, str]) -> LoadedConfig:
        assert old in small
        found = loading(small.replace(old, new, 1) if old else small, **around)
        assert isinstance(found, LoadedConfig), "\n".join(map(str, found))
        return found

    return of


@pytest.fixture
def declared(loaded: Callable[..., LoadedConfig]) -> Callable[..., Declared]:
    """What the small configuration declares after a change."""
    return lambda *change, **around: loaded(*change, **around).declared


@pytest.fixture
def warnings(loaded: Callable[..., LoadedConfig]) -> Callable[..., tuple[Problem, ...]]:
    """What the small configuration is warned of after a change."""
    return lambda *change, **around: loaded(*change, **around).warnings


@pytest.fixture
def campaign_with(declared: Callable[..., Declared]) -> Callable[..., Declared]:
    """What is declared where the campaign has these keys as well."""
    return lambda keys, **around: declared(CAMPAIGN, f"{CAMPAIGN}{keys}\n", **around)


@pytest.fixture
def problems(small: str, loading: Loading) -> Callable[..., list[str]]:
    """What is wrong with the small configuration after a change, as people read it."""

    def of(old: str = "", new: str = "", **around: Mapping[str, str]) -> list[str]:
        assert old in small
        found = loading(small.replace(old, new, 1) if old else small, **around)
        assert not isinstance(found, LoadedConfig), "nothing is wrong with it"
        return [str(problem) for problem in found]

    return of


@pytest.fixture
def wrong_campaign(problems: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """What is wrong where the campaign has these keys as well."""
    return lambda keys, **around: problems(CAMPAIGN, f"{CAMPAIGN}{keys}\n", **around)
