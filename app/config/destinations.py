"""Checks destinations: resolves secrets without showing them, and checks that field maps name known fields."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

from app.config.file.files import Files, ReadFile
from app.config.file.problem import Findings, KeyPath, did_you_mean
from app.config.values.kind import UnreadableValue
from app.config.values.kinds import read_slug
from app.config.values.names import refuse_repeated
from app.dialects.values.states import STATES
from app.domain.delivery.destination import (
    PLACEHOLDER,
    Destination,
    Source,
    can_join_outcomes,
    path_trouble,
    placeholders,
    require_secrets,
    secret_references,
)
from app.domain.delivery.destination_auth import is_secret
from app.domain.vertical import Vertical
from app.wire.ping import Leg

_SECRET_NAME = re.compile(r"auth|key|token|secret|password|pass|sig|credential", re.IGNORECASE)

Placed = tuple[Destination, KeyPath]
"""A destination with where it stands."""


Known = Mapping[str, Collection[str]]
"""The values that a path of the lead may have, where these are few: "fields.roof_shade" -> its choices."""


def known_values(verticals: Iterable[Vertical]) -> Known:
    """Those of the paths whose values the file or the contract declares."""
    known: dict[str, set[str]] = {"leg": {*get_args(Leg)}, "contact.state": {*STATES}, "test": {"true", "false"}}
    for vertical in verticals:
        known.setdefault("vertical", set()).add(vertical.name)
        for field in vertical.fields:
            values = {*field.values} if field.type == "choice" else {"true", "false"} if field.type == "boolean" else ()
            known.setdefault(f"fields.{field.name}", set()).update(values)
    return {path: values for path, values in known.items() if values}


def check_destinations(
    placed: list[Placed],
    verticals: Sequence[Vertical],
    used: Collection[str],
    told: Collection[str],
    findings: Findings,
) -> None:
    """Report what a destination says that nothing can mean. `used` are the names that campaigns send to.

    `told` are those at which sellers hear of their leads: nobody reports an outcome from there.
    """
    refuse_repeated(((destination.name, at) for destination, at in placed), findings)
    known = known_values(verticals)
    for destination, at in placed:
        try:
            read_slug(destination.name)
        except UnreadableValue as wrong:
            findings.error((*at, "name"), wrong.reason, wrong.remedy)
        _refuse_plain_secrets(destination, at, findings)
        _check_values(destination, at, known, findings)
        if destination.name in told and destination.name in used:
            reason = "leads with their people go there, and so does what their seller is told"
            findings.error(at, reason, "give the seller a destination of its own")
        if destination.name in told:
            continue
        if destination.name not in used:
            findings.warn(at, "no campaign sends leads to it", "name it in a campaign's `destinations`")
        if not can_join_outcomes(destination):
            findings.warn(
                at,
                "it does not receive our `lead_id`, so its outcomes cannot be matched to leads",
                "map `lead_id`, or say in `crm_id` where it answers with the id of its record",
            )


def check_lead_paths(destinations: Sequence[Any], verticals: Sequence[Vertical], findings: Findings) -> None:
    """Report every path that no lead has, also of a destination in which something else is wrong."""
    fields = {field.name for vertical in verticals for field in vertical.fields}
    for number, destination in enumerate(destinations):
        for place, path in _named_paths(destination) if isinstance(destination, dict) else ():
            at = ("destinations", number, *place)
            reason, _, remedy = path_trouble(path).partition(": ")
            name = path.removeprefix("fields.")
            if reason:
                findings.error(at, reason, remedy)
            elif fields and name != path and name not in fields:
                findings.error(at, f"no vertical has a field `{name}`", did_you_mean(name, list(fields)))


def _named_paths(destination: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Each path of the lead in a destination as written, with its place."""
    url, fields, only, mail = (destination.get(key) for key in ("url", "fields", "only", "mail"))
    subject = mail.get("subject") if isinstance(mail, dict) else None
    if isinstance(subject, str):
        yield from ((("mail", "subject"), path) for path in PLACEHOLDER.findall(subject))
    if isinstance(url, str) and not is_secret(url):
        yield from ((("url",), path) for path in placeholders(url))
    for target, source in fields.items() if isinstance(fields, dict) else ():
        path = source.get("from") if isinstance(source, dict) else source
        if isinstance(path, str):
            # Only the table takes several paths.
            yield from ((("fields", target), each) for each in (path.split() if isinstance(source, dict) else [path]))
    yield from ((("only", path), path) for path in (only if isinstance(only, dict) else ()))


def resolve_secrets(placed: list[Placed], files: Files, findings: Findings) -> dict[str, str]:
    """Reference -> secret, for all destinations."""
    secrets: dict[str, str] = {}
    for destination, at in placed:
        whole = True
        for reference in secret_references(destination):
            if reference not in secrets:
                value = files.secret(reference, _place_of(reference, destination, at), findings)
                if value is not None:
                    secrets[reference] = value
            whole = whole and reference in secrets
        if whole:
            _check_secrets(destination, at, secrets, findings)
    return secrets


def secrets_of(
    destination: Destination, config: Path, environ: Mapping[str, str], read_file: ReadFile = Path.read_bytes
) -> Mapping[str, str] | str:
    """The secrets of one destination that the file may not declare any more; in words, what is wrong with one."""
    findings = Findings(str(config), {}, {})
    secrets = resolve_secrets([(destination, ())], Files(config, b"", environ, read_file), findings)
    return findings.errors[0].reason if findings.errors else secrets


def _refuse_plain_secrets(destination: Destination, at: KeyPath, findings: Findings) -> None:
    """What looks like a secret must be a reference; it is not shown."""
    remedy = 'refer to it as "env:NAME" or "file:PATH"'
    for name, value in destination.headers.items():
        if _SECRET_NAME.search(name) and value and not is_secret(value):
            findings.error((*at, "headers", name), "secrets must not be written in the file", remedy)
    if not is_secret(destination.url):
        for name, value in parse_qsl(urlsplit(destination.url).query):
            if _SECRET_NAME.search(name) and not PLACEHOLDER.fullmatch(value):
                reason = f"its parameter `{name}` looks like a secret, which must not be written in the file"
                findings.error(
                    (*at, "url"), reason, 'use auth = { type = "query", ... }, or refer to the whole address'
                )


def _check_values(destination: Destination, at: KeyPath, known: Known, findings: Findings) -> None:
    """A key of `values` that the lead's value never is would leave the CRM without its word for it."""
    sources = [(target, source) for target, source in destination.fields.items() if isinstance(source, Source)]
    for target, source in sources:
        values = known.get(source.path, ())
        for ours in source.values if values else ():
            if ours not in values:
                place = (*at, "fields", target, "values", ours)
                findings.error(place, f'`{source.path}` is never "{ours}"', did_you_mean(ours, values) or "remove it")
    for path, wanted in destination.only.items():
        values = known.get(path, ())
        for ours in map(str, wanted) if values else ():
            if ours.lower() not in {value.lower() for value in values}:
                place = (*at, "only", path)
                findings.error(place, f'`{path}` is never "{ours}"', did_you_mean(ours, values) or "remove it")


def _check_secrets(destination: Destination, at: KeyPath, secrets: dict[str, str], findings: Findings) -> None:
    try:
        require_secrets(destination, secrets)
    except ValueError as error:
        findings.error((*at, "auth"), str(error), "replace what the reference points to")


def _place_of(reference: str, destination: Destination, at: KeyPath) -> KeyPath:
    """The key in which a reference stands."""
    if reference == destination.url:
        return (*at, "url")
    if destination.mail is not None and reference in (destination.mail.user, destination.mail.password):
        return (*at, "mail", "password" if reference == destination.mail.password else "user")
    header = next((name for name, value in destination.headers.items() if value == reference), None)
    return (*at, "headers", header) if header is not None else (*at, "auth")
