"""Presets of destinations and checks: what a CRM or a provider wants is written once, a file says what is its own."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from app.config.file.problem import Findings, KeyPath, did_you_mean

_PARAMETER = re.compile(r"\$\{([a-z_]+)\}")
_PLAIN = re.compile(r"[A-Za-z0-9._~%+ -]*")
_FOLDER = Path(__file__).parent


class Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a CRM is called, what to know of it, which `parameters` a buyer gives, and the destination it makes."""

    title: str
    about: str
    parameters: dict[str, str] = {}
    destination: dict[str, Any]


class CheckPreset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a provider is called, what to know of it, and the check that it makes."""

    title: str
    about: str
    check: dict[str, Any]


@cache
def check_presets() -> Mapping[str, CheckPreset]:
    """Every preset of a check by name."""
    return {
        path.stem: msgspec.convert(tomllib.loads(path.read_text("utf-8")), CheckPreset)
        for path in sorted((_FOLDER / "checks").glob("*.toml"))
    }


@cache
def presets() -> Mapping[str, Preset]:
    """Every preset by name."""
    return {
        path.stem: msgspec.convert(tomllib.loads(path.read_text("utf-8")), Preset)
        for path in sorted(_FOLDER.glob("*.toml"))
    }


def expand_presets(tree: dict[str, Any], findings: Findings) -> dict[str, Any]:
    """The file with the preset of each destination and check written out, and its own keys put over it."""
    for section, expanded in (("destinations", _expanded), ("checks", _expanded_check)):
        tables = tree.get(section)
        if isinstance(tables, list):
            written = [
                expanded(one, (section, number), findings) if isinstance(one, dict) and "preset" in one else one
                for number, one in enumerate(tables)
            ]
            tree = {**tree, section: written}
    return tree


def _expanded_check(own: dict[str, Any], at: KeyPath, findings: Findings) -> dict[str, Any]:
    """Own keys win, and those of `http` one by one; own rules and facts stand in the place of all of the preset's."""
    name, rest = own["preset"], {key: value for key, value in own.items() if key != "preset"}
    preset = check_presets().get(name) if isinstance(name, str) else None
    if preset is None:
        remedy = did_you_mean(str(name), list(check_presets())) or f"one of {', '.join(check_presets())}"
        findings.error((*at, "preset"), f"there is no preset `{name}` of a check", remedy)
        return rest
    merged = {**preset.check, **rest}
    if isinstance(rest.get("http"), dict):
        merged["http"] = {**preset.check.get("http", {}), **rest["http"]}
    return merged


def _expanded(own: dict[str, Any], at: KeyPath, findings: Findings) -> dict[str, Any]:
    name, parameters = own["preset"], own.get("parameters", {})
    rest = {key: value for key, value in own.items() if key not in ("preset", "parameters")}
    preset = presets().get(name) if isinstance(name, str) else None
    if preset is None:
        remedy = did_you_mean(str(name), list(presets())) or f"one of {', '.join(presets())}"
        findings.error((*at, "preset"), f"there is no preset `{name}`", remedy)
        return rest
    if not isinstance(parameters, dict):
        findings.error((*at, "parameters"), "is not a table", 'write parameters = { account = "..." }')
        return rest
    given = dict(_given(preset, parameters, rest, at, findings))
    return _over(_filled(preset.destination, given), rest)


def _given(
    preset: Preset, parameters: dict[str, Any], rest: Mapping[str, Any], at: KeyPath, findings: Findings
) -> Iterator[tuple[str, str]]:
    for name in parameters:
        if name not in preset.parameters:
            known = ", ".join(preset.parameters) or "it has none"
            remedy = did_you_mean(name, list(preset.parameters)) or f"its parameters: {known}"
            findings.error((*at, "parameters", name), f"{preset.title} has no parameter `{name}`", remedy)
    unset = _needed({key: value for key, value in preset.destination.items() if key not in rest})
    for name, what in preset.parameters.items():
        value = parameters.get(name)
        if value is None and name in unset:
            findings.error((*at, "parameters"), f"`{name}` is missing", f'{what}: parameters = {{ {name} = "..." }}')
        elif value is not None and not (isinstance(value, str | int) and _PLAIN.fullmatch(str(value))):
            findings.error((*at, "parameters", name), "is not one plain word", what)
        yield name, str(value) if value is not None else "x"


def _needed(value: Any) -> set[str]:
    """The parameters that stand in a value."""
    if isinstance(value, str):
        return set(_PARAMETER.findall(value))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for each in inner for name in _needed(each)}


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PARAMETER.sub(lambda match: given[match[1]], value)
    if isinstance(value, dict):
        return {key: _filled(each, given) for key, each in value.items()}
    return [_filled(each, given) for each in value] if isinstance(value, list) else value


def _over(preset: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Own keys win. Fields, headers and the way are added to the preset's; what is "" leaves the preset's out."""
    merged = {**preset, **own}
    for key in ("fields", "headers", "mail", "file"):
        if isinstance(own.get(key), dict) and isinstance(preset.get(key), dict):
            both = {**preset[key], **own[key]}
            merged[key] = {name: value for name, value in both.items() if value != ""}
    return merged
