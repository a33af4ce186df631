"""Every preset makes a destination that can be sent to, with no more than its parameters and secrets."""

from pathlib import Path

import pytest

from app.config.load import Declared, LoadedConfig, load
from app.config.presets import presets
from app.domain.delivery.destination import can_join_outcomes, secret_references

SECRET = "whsec_" + "c2VjcmV0" * 6
HOST = "crm.example.com"

FILE = """
[buyer]
legal_name = "Harbor Home Energy LLC"
brands = ["Harbor"]
time_zone = "America/Chicago"

[[verticals]]
name = "solar"
consent_words = ["solar"]

[[campaigns]]
name = "solar-tx"
vertical = "solar"
territory = { states = ["TX"] }
conversion_value = 100.00
ceiling = 40.00
fallback_price = 5.00
destinations = ["crm"]

[[sellers]]
name = "acme"
key_sha256 = ["{key}"]

[[destinations]]
name = "crm"
"""


def loaded(tmp_path: Path, destination: str) -> Declared | str:
    path = tmp_path / "buyer.toml"
    path.write_text(FILE.replace("{key}", "a" * 64) + destination)
    secrets = {f"{name}": SECRET for preset in presets().values() for name in _names(str(preset.destination))}
    secrets |= {name: f"https://{HOST}/hook" for name in secrets if name.endswith("_URL")}
    read = load(path, environ=secrets)
    return read.declared if isinstance(read, LoadedConfig) else "\n".join(map(str, read))


def _names(text: str) -> list[str]:
    return [part.partition("'")[0] for part in text.split("env:")[1:]]


@pytest.mark.parametrize("name", list(presets()))
def test_each_preset_is_whole(tmp_path: Path, name: str) -> None:
    preset = presets()[name]
    parameters = ", ".join(f'{each} = "{HOST}"' for each in preset.parameters)
    own = 'url = "https://crm.example.com/leads"\n' if "url" not in preset.destination else ""
    if "mail" in preset.destination:
        own = 'mail = { host = "smtp.example.com", from = "a@example.com", to = ["b@example.com"] }\n'
    if "file" in preset.destination:
        own = 'file = { folder = "/srv/leads" }\n'
    declared = loaded(tmp_path, f'preset = "{name}"\n{own}parameters = {{ {parameters} }}\n')
    assert isinstance(declared, Declared), declared
    (destination,) = declared.destinations
    assert "${" not in str(destination)
    assert can_join_outcomes(destination)
    assert set(declared.secrets) == set(secret_references(destination))
    assert preset.about.endswith((".", "."))


def test_own_keys_stand_over_those_of_the_preset(tmp_path: Path) -> None:
    declared = loaded(
        tmp_path,
        """preset = "hubspot"
concurrency = 9
crm_id = { json = "id" }
[destinations.fields]
"inputs.0.properties.phone" = "contact.phone"
"inputs.0.properties.city" = ""
"inputs.0.properties.price" = "price"
""",
    )
    assert isinstance(declared, Declared), declared
    (destination,) = declared.destinations
    assert destination.concurrency == 9
    assert destination.fields["inputs.0.properties.phone"] == "contact.phone"
    assert destination.fields["inputs.0.properties.price"] == "price"
    assert "inputs.0.properties.city" not in destination.fields
    assert "inputs.0.properties.state" in destination.fields


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ('preset = "hubspott"', "there is no preset `hubspott`"),
        ('preset = "hubspott"', "did you mean `hubspot`"),
        ('preset = "five9"', "`domain` is missing"),
        ('preset = "five9"\nparameters = { domain = "a", lst = "b" }', "has no parameter `lst`"),
        ('preset = "five9"\nparameters = { domain = "a/b", list = "b" }', "is not one plain word"),
        ('preset = "five9"\nparameters = "a"', "is not a table"),
        ('preset = "five9"\nparameters = { domain = "a", list = "b" }\ntimeout = 3', "there is no key `timeout`"),
        ("preset = 7", "there is no preset `7`"),
    ],
)
def test_what_a_preset_cannot_mean_is_told_at_its_key(tmp_path: Path, own: str, told: str) -> None:
    problems = loaded(tmp_path, own)
    assert isinstance(problems, str)
    assert told in problems
